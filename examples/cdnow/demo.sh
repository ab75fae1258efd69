#!/bin/sh
# CDNOW: 2,357 customers of an online music shop over 18 months. Run by `make demo`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rm -rf demo/cdnow
mkdir -p demo/cdnow
python "$here/convert.py" "$here/CDNOW_sample.txt" demo/cdnow
cd demo/cdnow

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

run crm init --currency USD --zone America/New_York
run crm import customers.csv --as customer
run crm import purchases.csv --as purchase --map cds=-
run crm classify --as-of 1998-06-30
run crm segments value_tier.rfm lifecycle.stage
run crm customer list --columns id,value_tier.spend,value_tier.purchases,value_tier.last_purchase,lifecycle.stage \
    --where value_tier.rfm=cannot_lose --sort -value_tier.spend --limit 5
run crm upcoming --days 7 --limit 5
run crm --lang zh explain 0006 lifecycle.stage
