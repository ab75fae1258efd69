#!/bin/sh
# Northwind Traders, from the original tables to explained segments. Run by `make demo`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf demo/northwind
mkdir -p demo/northwind
cp -R "$here/crm.toml" "$here/crm_plugins" demo/northwind/
python "$here/prepare.py" demo/northwind/tables
cd demo/northwind

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

run crm init --currency USD --zone America/Los_Angeles
run crm import tables/customers.csv --as customer --map customer_id=id --map company_name=name \
    --map region=province --map postal_code=postcode --set kind=organization --map '*=-'
run crm import tables/customers.csv --as contact --map customer_id=customer --map contact_name=name \
    --map contact_title=title --map phone=phone --map '*=-'
run crm import tables/orders.csv --as purchase --map order_id=id --map customer_id=customer --map order_date=at \
    --map '*=-'
run crm import tables/order_lines.csv --as purchase_line --map order_id=purchase --map unit_price=price --map '*=-'
run crm classify --as-of 1998-05-07
run crm segments value_tier.abc lifecycle.stage northwind.tier
run crm explain ERNSH value_tier.abc
run crm upcoming lifecycle.position northwind.tier --days 30 --limit 10
run crm view northwind.calls

printf '\n$ crm view northwind.calls --format csv | crm import - --as task ...\n'
crm view northwind.calls --format csv | crm import - --as task --map id=customer \
    --set "title=Call: sleeping, but worth it" --set due=1998-05-14 --map '*=-'
run crm task list --columns due,owner,customer,title --sort due,owner --where state=open
