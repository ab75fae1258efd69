"""Make Northwind's tables ready for `crm import`: join what a single file has to say, change nothing else.

    python prepare.py FOLDER

writes into FOLDER customers.csv (with the employee who took most of its orders as owner), orders.csv (with the employee's
name as seller) and order_lines.csv (with names of product and category). Contacts are read from the original customers.csv.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the original tables."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows with the columns of the first one."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Write the three joined tables into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    employees = {row["employee_id"]: f"{row['first_name']} {row['last_name']}" for row in read("employees.csv")}
    categories = {row["category_id"]: row["category_name"] for row in read("categories.csv")}
    products = {row["product_id"]: row for row in read("products.csv")}
    orders = read("orders.csv")
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    for order in orders:
        taken[order["customer_id"]][employees[order["employee_id"]]] += 1
    owners = {key: min(found.items(), key=lambda one: (-one[1], one[0]))[0] for key, found in taken.items()}
    write(
        folder / "customers.csv",
        ({**row, "owner": owners.get(row["customer_id"], "")} for row in read("customers.csv")),
    )
    write(folder / "orders.csv", ({**row, "seller": employees[row["employee_id"]]} for row in orders))
    write(
        folder / "order_lines.csv",
        (
            {
                **row,
                "product": products[row["product_id"]]["product_name"],
                "category": categories[products[row["product_id"]]["category_id"]],
            }
            for row in read("order_lines.csv")
        ),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
