"""The customers that others are compared with: those who bring revenue, and the middle one among them."""

from crmcore import quantile

from .metrics import profit_12m, purchases_12m, spend_12m

MEDIAN = 0.5

# Every rule that looks at a cut asks this first. Somebody who brought nothing then has an answer even where no cut
# exists, as on a company's first day.
buying = spend_12m > 0

# "High" means above most others, not only at a cut: where most customers have bought once, the cut is one as well, and
# without these everybody would be frequent.
above_median_spend = spend_12m > quantile(spend_12m, MEDIAN, among=buying)
above_median_purchases = purchases_12m > quantile(purchases_12m, MEDIAN, among=buying)
above_median_profit = profit_12m > quantile(profit_12m, MEDIAN, among=buying)
