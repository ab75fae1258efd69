"""Settings that no rule uses: read by code, and set by whoever runs it.

A setting is the rules' as soon as one scheme, metric, view or validation rule of any active plugin reaches it: then its
value is the store's, and only ``crm config apply`` changes it. Nobody declares which it is.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.errors import Invalid, Problem, UnknownName, UsageError
from crmcore.grammar.declare import Setting
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.configfile import Given
from crmcore.plugging.contributions import CORE
from crmcore.plugging.secrets import Reference, look_up, remember
from crmcore.plugging.setting_sources import Sources, variable_of, variables
from crmcore.plugging.setting_values import HEADING, check_setting, setting_problem


@frozen(eq=False)
class PlainSettings:
    """The settings that no rule uses, with what was said about them; each is looked up once."""

    catalogue: Catalogue
    sources: Sources = attrs.field(factory=Sources)
    _found: dict[str, Given] = attrs.field(factory=dict, init=False, repr=False)

    def declared(self, setting: Setting) -> Setting:
        """Return a setting as its plugin declares it; raises `UnknownName`."""
        if not isinstance(setting, Setting):
            raise UsageError(f"setting() takes the setting itself, not {setting!r:.60}")
        try:
            return self.catalogue.setting(setting.name)
        except UnknownName as unknown:
            todo = unknown.todo or "Its plugin has to return it from crm_settings(), or use it in a rule."
            raise UnknownName("setting", setting.name, unknown.known, todo=todo) from None

    def value(self, setting: Setting) -> Any:
        """Return the value of a setting; raises `Invalid` with all that is wrong with its plugin's settings."""
        if setting.name not in self._found:
            problems = tuple(self.problems([setting.name.partition(".")[0]]))
            if problems:
                raise Invalid(problems, heading=HEADING)
            self._found[setting.name] = self.given(setting)
        return self._found[setting.name].value

    def given(self, setting: Setting) -> Given:
        """Return the value that counts and where it comes from; raises `Invalid` if it cannot be had."""
        said = next(self.sources.levels(setting.name), None)
        if said is None:
            owner = self.catalogue.owner("setting", setting.name)
            return Given(setting.default, f"default of {owner.plugin} ({owner.place})")
        try:
            found = self._looked_up(said) if isinstance(said.value, Reference) else said
            value = check_setting(setting, found.value)
        except ValueError as error:
            raise Invalid([Problem(str(error), file=said.origin, column=setting.name)], heading=HEADING) from None
        if setting.secret:
            remember(value)
        return Given(value, found.origin)

    def _looked_up(self, said: Given) -> Given:
        return Given(look_up(said.value, self.sources.environ), f"{said.value} ({said.origin})")

    @property
    def known(self) -> Mapping[str, Setting]:
        """Every setting that is declared, by name."""
        return {name: self.catalogue.setting(name) for name in self.catalogue.names("setting")}

    @property
    def plugins(self) -> frozenset[str]:
        """Whose settings can be told: the active plugins' and the core's."""
        return frozenset((CORE, *self.catalogue.plugins.active))

    # -- what is wrong -------------------------------------------------------------------------------------------------

    def problems(self, plugins: Collection[str]) -> Iterator[Problem]:
        """Yield what is wrong with what is said of these plugins' settings; where secrets stand is not looked at."""
        known, rules = self.known, self.catalogue.rule_settings
        users = {name: given for name, given in self.sources.user.items() if name not in rules}
        for name, given in (*self.sources.company.items(), *users.items()):
            wrong = setting_problem(known.get(name), name, given, known)
            if wrong and name.partition(".")[0] in plugins:
                yield wrong
        for name in known:
            said = self.sources.variable(name) if name not in rules and name.partition(".")[0] in plugins else None
            if said and (wrong := self._variable_problem(name, said, known)):
                yield wrong

    def _variable_problem(self, name: str, said: Given, known: Mapping[str, Setting]) -> Problem | None:
        same = [other for other in known if variable_of(other) == variable_of(name)]
        if len(same) > 1:
            return Problem(f"it may mean {' or '.join(same)}; set them in crm.toml instead", file=said.origin)
        return setting_problem(known[name], name, said, known)

    def check_flags(self) -> None:
        """Raise `UsageError` for the first flag that cannot set anything."""
        waiting = set(self.catalogue.plugins.active) - self.catalogue.plugins.loaded  # nothing is known of these yet
        for name, given in self.sources.flags.items():
            if name.partition(".")[0] in waiting:
                continue
            setting = self.catalogue.setting(name)
            if name in self.catalogue.rule_settings:
                raise UsageError(f"--setting {name}: {_belongs_to_rules(name)}", todo=_way(name))
            if setting.secret:
                todo = f"Set {variable_of(name)}, or name a place in crm.toml."
                raise UsageError(f"--setting {name}: others can see what stands on a command line", todo=todo)
            if wrong := setting_problem(setting, name, given, self.known):
                raise UsageError(f"--setting {name}={wrong.value}: {wrong.reason}")

    # -- what people should know ---------------------------------------------------------------------------------------

    def variable_warnings(self) -> Iterator[str]:
        """Yield a sentence for each environment variable that looks like a setting and changes nothing."""
        known = self.known
        meant = {variable_of(name): name for name in known}
        owners = {name.partition(".")[0] for name in known} & self.plugins
        for variable, guess in variables(self.sources.environ, owners):
            name = meant.get(variable, guess)
            if name in self.catalogue.rule_settings:
                yield f"environment {variable} changes nothing: {_belongs_to_rules(name)}. {_way(name)}"
            elif name not in known:
                yield f"environment {variable} changes nothing: {UnknownName('setting', guess, known).message}"

    def file_warnings(self) -> Iterator[str]:
        """Yield a sentence for each line that changes nothing for good reason, and for each secret that can be read."""
        for name, given in self.sources.user.items():
            if name in self.catalogue.rule_settings:
                yield f"{given.origin} changes nothing: {_belongs_to_rules(name)}. {_way(name)}"
        for setting in self.known.values():
            yield from self.secret_warnings(setting) if setting.secret else ()
        for name, given, why in self.passed_over():
            yield f"{given.origin}: {name} is passed over: {why}"

    def secret_warnings(self, setting: Setting) -> Iterator[str]:
        """Yield a sentence for each line in which a secret itself stands."""
        for files in (self.sources.company, self.sources.user):
            given = files.get(setting.name)
            if given is not None and not isinstance(given.value, Reference):
                where = _PLACES.format(variable_of(setting.name))
                yield f"{given.origin} has the secret {setting.name} in plain sight: {where}"

    def passed_over(self) -> Iterator[tuple[str, Given, str]]:
        """Yield what files say of the settings of plugins that are not there, with the reason."""
        states = {record.name: record.status for record in self.catalogue.plugins.records}
        for files in (self.sources.company, self.sources.user):
            for name, given in files.items():
                plugin = name.partition(".")[0]
                if plugin not in self.plugins:
                    missing = UnknownName("plugin", plugin, states).message
                    yield name, given, f"the plugin is {states[plugin]}" if plugin in states else missing


_PLACES: Final = 'write {{"$env" = "{}"}} or {{"$file" = "PATH"}} there'


def _belongs_to_rules(name: str) -> str:
    return f"rules use {name}, so everybody who uses the store has one value"


def _way(name: str) -> str:
    plugin, _, short = name.partition(".")
    return f"Write {short} = ... under [settings.{plugin}] in crm.toml and run `crm config apply`."
