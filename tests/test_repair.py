"""A damaged store is made good: from an earlier state, from what stands before the damage, and from the log."""

import pytest
from cli_kit import Shop, new_shop
from store_cases import again, made, put

from crmcore.errors import StoreBroken, StoreError
from crmcore.storage import earlier, mounts
from crmcore.storage.log_chain import verify
from crmcore.storage.repair import salvaged
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crm.json"


@pytest.fixture
def store(file):
    store = made(file)
    for number in range(6):
        put(store, f"c{number}", {"name": f"Ä{number}", "n": number})
    return store


def damaged(data, place):
    return data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :]


def documents(store):
    return dict(again(store).read().items("customer"))


def test_a_sound_store_is_left_alone(store, file):
    before = file.read_bytes()
    assert store.repair() is None
    assert file.read_bytes() == before


def test_wherever_the_damage_is_everything_comes_back(store, file):
    right, data = documents(store), file.read_bytes()
    for place in range(0, len(data), 7):
        file.write_bytes(damaged(data, place))
        found = open_tinydb(store.url).repair()
        assert documents(store) == right, place
        assert store.check() == ()
        if found is not None:  # a flipped bit may leave the same JSON
            assert found.kept.read_bytes() == damaged(data, place)
            found.kept.unlink()
        assert [entry.commit for entry in store.log()] == list(range(1, 7))
        assert verify(store.log()).problems == ()
        for path in earlier.paths(file):
            path.unlink(missing_ok=True)  # the next round has to do without


def test_a_file_cut_anywhere_comes_back_from_its_earlier_state(store, file):
    right, data = documents(store), file.read_bytes()
    kept = {path: path.read_bytes() for path in earlier.paths(file) if path.exists()}
    assert len(kept) == 3
    for place in range(0, len(data), 11):
        file.write_bytes(data[:place])
        assert open_tinydb(store.url).repair().base == "crm.json.earlier-1"
        assert documents(store) == right, place
        assert put(store, "c0", right["c0"]) == 7
        store.repair()
        for path, content in kept.items():
            path.write_bytes(content)
        for log in sorted(file.parent.glob("crm.json.log*"))[1:]:
            log.unlink()
        first = file.with_name("crm.json.log")
        first.write_bytes(b"".join(first.read_bytes().splitlines(keepends=True)[:6]))


def test_a_repaired_store_goes_on(store, file):
    file.write_bytes(b"")
    store.repair()
    assert put(store, "c9", {"n": 9}) == 7
    assert list(documents(store)) == [*(f"c{number}" for number in range(6)), "c9"]
    assert store.check() == ()
    assert [entry.commit for entry in store.log()] == list(range(1, 8))


def test_what_the_log_does_not_have_is_taken_from_before_the_damage(tmp_path, file):
    store = made(file)
    with store.write() as work:
        work.put("placement:a", "c1", {"rows": [1]})
        work.put("placement:b", "c1", {"rows": [2]})
        work.commit_as(LogEntry(0, "2026-11-21T12:00:00Z", "ada", "classify", ()))
    for path in earlier.paths(file):
        path.unlink(missing_ok=True)
    file.write_bytes(file.read_bytes().replace(b"[2]", b"[2"))
    store.repair()
    reader = again(store).read()
    assert reader.get("placement:a", "c1") == {"rows": [1]}
    assert reader.get("placement:b", "c1") is None


def test_where_nothing_can_be_read_nothing_is_made_up(file, store):
    for path in file.parent.glob("crm.json*"):
        path.write_bytes(b"")
    with pytest.raises(StoreBroken, match=r"nothing of .* can be read"):
        store.repair()
    file.unlink()
    with pytest.raises(StoreError, match="there is no store"):
        store.repair()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", {}),
        (b"not JSON", {}),
        (b'{"_crm":{"1":{}},"a":{"k":{"n":1},"l":{"n":', {"a": {"k": {"n": 1}}}),
        (b'{"a":{"k":{}},"b":{"l":[1]}}', {"a": {"k": {}}}),
        (b'{"a":{"k":{"t":"\xff"},"l":{}}}', {"a": {"l": {}}}),
        (b' { "a" : { "k" : { } } } ', {"a": {"k": {}}}),
    ],
)
def test_documents_before_the_damage_are_salvaged(data, found):
    assert salvaged(data) == found


def test_three_earlier_states_are_kept(store, file):
    assert [path.exists() for path in earlier.paths(file)] == [True] * 3
    commits = [open_tinydb(f"tinydb:///{path}").read().commit for path in earlier.paths(file)]
    assert commits == [5, 4, 3]
    assert {path.stat().st_mode & 0o777 for path in earlier.paths(file)} == {0o600}


# -- where a store may lie -----------------------------------------------------------------------------------------


def on(monkeypatch, kind):
    monkeypatch.setattr(mounts, "kind_of", lambda path: kind)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_store_on_a_network_is_read_but_not_written_unless_somebody_insists(store, file, monkeypatch, kind):
    on(monkeypatch, kind)
    there = again(store)
    assert there.read().count("customer") == 6
    with pytest.raises(StoreError, match=rf"lies on a network file system \({kind}\)"), there.write():
        pass
    with pytest.raises(StoreError, match="network file system"):
        open_tinydb(f"tinydb:///{file.parent}/other.json").create()
    assert put(open_tinydb(f"{store.url}?timeout=1&network=yes"), "c7", {}) == 7


@pytest.mark.parametrize("kind", ["ext4", "tmpfs", "overlay", ""])
def test_a_store_on_a_disk_of_this_machine_is_written(store, monkeypatch, kind):
    on(monkeypatch, kind)
    assert put(again(store), "c7", {}) == 7


def test_the_nearest_mount_counts(tmp_path):
    table = tmp_path / "mounts"
    table.write_text(
        "22 1 8:1 / / rw - ext4 /dev/a rw\n"
        f"23 22 0:5 / {tmp_path}/my\\040share rw shared:1 - nfs4 host:/x rw\n"
        f"24 22 0:6 / {tmp_path}/my rw - tmpfs none rw\nnonsense\n"
    )
    assert mounts.kind_of(tmp_path / "my share" / "sub" / "crm.json", table) == "nfs4"
    assert mounts.kind_of(tmp_path / "my" / "crm.json", table) == "tmpfs"
    assert mounts.kind_of(tmp_path / "mystery", table) == "ext4"
    assert mounts.kind_of(tmp_path, tmp_path / "nowhere") == ""


# -- the command ---------------------------------------------------------------------------------------------------


def test_a_command_makes_a_damaged_store_good(tmp_path, monkeypatch):
    shop: Shop = new_shop(tmp_path, monkeypatch)
    shop.stock()
    shop.fine("classify")
    shop.fine("customer", "edit", "c1", "--name", "Eve")
    before = shop.fine("segments", "--format", "json").json
    file = tmp_path / "crm.json"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    assert shop.crm("store", "check").code == 3
    ran = shop.fine("store", "check", "--repair")
    assert "made good from crm.json.earlier-1 and 1 logged commit since" in ran.err
    assert "kept as crm.json.damaged-1" in ran.err
    assert shop.fine("customer", "show", "c1", "--format", "json").json["name"] == "Eve"
    shop.fine("classify")
    assert shop.fine("segments", "--format", "json").json == before
    assert "the file itself is sound" in shop.fine("store", "check", "--repair").err
