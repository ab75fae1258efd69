"""Every report once more, as a plain script over the same records: slower, day by day, and without the plugin's own helpers."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from crm_industry_insurance.alerts import Alert
from crm_industry_insurance.claims import Claim, ClaimPayment
from crm_industry_insurance.policies import Agent, Policy
from crm_industry_insurance.premiums import Commission, Expense, Premium, PremiumPayment
from crm_industry_insurance.products import Product

AS_DAYS = Fraction(1461, 4)


class Script:
    def __init__(self, crm, as_of):
        book = crm.state(as_of).book
        self.as_of = as_of
        self.all = lambda record: list(book.all(record))
        on = {Premium: "due", PremiumPayment: "on", Commission: "on", Expense: "on", ClaimPayment: "on"}
        for name, record in (
            ("policies", Policy),
            ("products", Product),
            ("agents_", Agent),
            ("claims", Claim),
            ("alerts", Alert),
            ("premiums", Premium),
            ("payments", PremiumPayment),
            ("commissions", Commission),
            ("expenses", Expense),
            ("outs", ClaimPayment),
        ):
            dated = on.get(record)
            setattr(self, name, [one for one in book.all(record) if not dated or getattr(one, dated) <= as_of])
        self.policies = [one for one in self.policies if one.applied_on <= as_of]
        self.claims = [one for one in self.claims if one.reported_on <= as_of]
        self.policy = {one.id: one for one in self.policies}
        self.claim = {one.id: one for one in self.claims}
        self.line = {one.id: one.line for one in self.products}

    # -- words -------------------------------------------------------------------------------------------------------

    def covers(self, policy, day):
        issued = policy.issued_on and policy.starts and policy.starts <= day <= policy.ends
        return bool(issued and not (policy.ended_on and day >= policy.ended_on))

    def days(self, policy, year):
        """Return the days of a year, up to the date, on which a policy covers."""
        if not policy.issued_on or not policy.starts:
            return 0
        day, found = max(policy.starts, date(year, 1, 1)), 0
        while day <= min(policy.ends, self.as_of, date(year, 12, 31)):
            found += self.covers(policy, day)
            day += timedelta(1)
        return found

    def earned(self, policy, year):
        days = self.days(policy, year)
        return Fraction(policy.premium or 0) * days / ((policy.ends - policy.starts).days + 1) if days else Fraction(0)

    def cost(self, claim):
        return Fraction(sum(out.amount for out in self.outs if out.claim == claim.id)) + Fraction(claim.reserve)

    def years(self, policies, claims):
        covered = {y for y in range(2020, 2030) if any(self.days(one, y) for one in policies)}
        # the report names each year between the first and the last one, whether or not anything was covered in it
        between = set(range(min(covered), max(covered) + 1)) if covered else set()
        return sorted(between | {one.occurred_on.year for one in claims})

    # -- reports -----------------------------------------------------------------------------------------------------

    def premium_collection(self):
        ends = {one.id: one.ended_on for one in self.policies}
        paid_for = {one.premium for one in self.payments if one.amount}
        premiums = [
            one for one in self.premiums if ends[one.policy] is None or one.due < ends[one.policy] or one.id in paid_for
        ]
        months = {f"{one.due:%Y-%m}" for one in premiums} | {f"{one.on:%Y-%m}" for one in self.payments}
        rows = []
        for month in sorted(months):
            dues = [one for one in premiums if f"{one.due:%Y-%m}" == month]
            came = [one.amount for one in self.payments if f"{one.on:%Y-%m}" == month]
            left = sum(
                max(one.amount - sum(pay.amount for pay in self.payments if pay.premium == one.id), 0) for one in dues
            )
            rows.append(
                (
                    month,
                    sum(one.amount for one in dues),
                    sum(one for one in came if one >= 0),
                    -sum(one for one in came if one < 0),
                    left,
                )
            )
        return [rows]

    def renewals(self):
        year, month = divmod(self.as_of.year * 12 + self.as_of.month + 2, 12)
        last = date(year, month + 1, 21)
        rows = {}
        for one in self.policies:
            if one.issued_on and self.covers(one, one.ends) and one.ends <= last:
                row = rows.setdefault(f"{one.ends:%Y-%m}", [0, 0])
                row[0] += 1
                row[1] += any(other.previous == one.id for other in self.policies)
        return [[(key, n, kept, kept / n) for key, (n, kept) in sorted(rows.items())]]

    def persistency(self):
        rows = []
        for months in (13, 25):
            begun, kept = [], []
            for one in self.policies:
                starts = one.starts if one.issued_on and one.starts and self.covers(one, one.starts) else None
                if one.previous or not starts or not (months <= self._months_ago(starts) < months + 12):
                    continue
                begun.append(one)
                chain, day = [one], self._later(starts, months)
                while found := [other for other in self.policies if other.previous == chain[-1].id]:
                    chain.append(found[0])
                if any(self.covers(each, day) for each in chain):
                    kept.append(one)
            whole, part = (sum((one.premium for one in those), Decimal(0)) for those in (begun, kept))
            share = len(kept) / len(begun) if begun else None
            rows.append((months, len(begun), len(kept), share, whole, part, float(part / whole) if whole else None))
        return [rows, self._ends()]

    def _later(self, day, months):
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        for last in range(day.day, 0, -1):
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
        raise AssertionError

    def _months_ago(self, day):
        months = 0
        while self._later(self.as_of, -months - 1) >= day:
            months += 1
        return months

    def _ends(self):
        rows = []
        for year in range(2020, 2030):
            there = [one for one in self.policies if self.days(one, year)]
            ended = [
                one.state
                for one in self.policies
                if one.ended_on
                and one.ended_on <= self.as_of
                and one.ended_on.year == year
                and one.issued_on
                and self.covers(one, one.starts)
            ]
            lapsed, surrendered = ended.count("lapsed"), ended.count("surrendered")
            if there or lapsed or surrendered:
                rate = (lapsed + surrendered) / len(there) if there else None
                rows.append((str(year), len(there), lapsed, surrendered, rate))
        return rows

    def loss_ratio(self):
        rows = []
        for line in sorted({self.line[one.product] for one in self.policies}):
            own = [one for one in self.policies if self.line[one.product] == line]
            losses = [one for one in self.claims if self.line[self.policy[one.policy].product] == line]
            for year in self.years(own, losses):
                earned = sum((self.earned(one, year) for one in own), Fraction(0))
                exposed = sum(self.days(one, year) for one in own) / AS_DAYS
                costs = [self.cost(one) for one in losses if one.occurred_on.year == year]
                incurred = sum(costs, Fraction(0))
                rows.append(
                    (
                        line,
                        str(year),
                        _cents(earned),
                        len(costs),
                        _cents(incurred),
                        float(incurred / earned) if earned else None,
                        round(float(len(costs) / exposed), 4) if exposed else None,
                        _cents(incurred / len(costs)) if costs else None,
                    )
                )
        return [rows]

    def combined_ratio(self):
        spent = [*self.expenses, *self.commissions]
        rows = []
        for year in sorted({*self.years(self.policies, self.claims), *(one.on.year for one in spent)}):
            earned = sum((self.earned(one, year) for one in self.policies), Fraction(0))
            incurred = sum((self.cost(one) for one in self.claims if one.occurred_on.year == year), Fraction(0))
            costs = Fraction(sum(one.amount for one in spent if one.on.year == year))
            ratios = [float(part / earned) if earned else None for part in (incurred, costs, incurred + costs)]
            rows.append((str(year), _cents(earned), _cents(incurred), _cents(costs), *ratios))
        return [rows]

    def loss_development(self):
        places = sorted({(self.line[self.policy[one.policy].product], one.occurred_on.year) for one in self.claims})
        longest = max((self.as_of.year - year for _, year in places), default=0)
        rows = []
        for line, year in places:
            those = {
                one.id
                for one in self.claims
                if one.occurred_on.year == year and self.line[self.policy[one.policy].product] == line
            }
            cells = [
                sum(out.amount for out in self.outs if out.claim in those and out.on.year <= year + age)
                if year + age <= self.as_of.year
                else None
                for age in range(longest + 1)
            ]
            rows.append((line, str(year), len(those), *cells))
        return [rows]

    def claims_ageing(self):
        bands = ((0, 30, "0-30"), (31, 60, "31-60"), (61, 90, "61-90"), (91, 180, "91-180"), (181, 10**6, "> 180"))
        open_ = [one for one in self.claims if not (one.closed_on and one.closed_on <= self.as_of)]
        ages = []
        for low, high, name in bands:
            those = [one for one in open_ if low <= (self.as_of - one.reported_on).days <= high]
            ages.append((name, len(those), sum(one.reserve for one in those)))
        closed = [one for one in self.claims if one not in open_]
        rows = []
        for month in sorted({f"{one.closed_on:%Y-%m}" for one in closed}):
            those = [one for one in closed if f"{one.closed_on:%Y-%m}" == month]
            days = [(one.closed_on - one.reported_on).days for one in those]
            rejected = [one for one in those if one.state == "rejected"]
            rows.append((month, len(those), len(rejected), round(sum(days) / len(days), 1), max(days)))
        return [ages, rows]

    def agents(self):
        since = self.as_of - timedelta(365)
        rows = []
        for key in sorted(
            {one.agent or "-" for one in self.policies} | {one.agent for one in self.commissions if one.on > since}
        ):
            own = [one for one in self.policies if (one.agent or "-") == key]
            ids = {one.id for one in own}
            issued = [one for one in own if one.issued_on and since < one.issued_on <= self.as_of]
            rows.append(
                (
                    key,
                    next((one.name for one in self.agents_ if one.id == key), None),
                    len(issued),
                    sum(one.premium for one in issued),
                    sum(one.amount for one in self.payments if one.policy in ids and one.on > since),
                    sum(one.amount for one in self.commissions if one.agent == key and one.on > since),
                    sum(self.covers(one, self.as_of) for one in own),
                )
            )
        return [rows]

    def early_warning(self):
        open_ = [
            one
            for one in self.alerts
            if one.opened_on <= self.as_of and not (one.closed_on and one.closed_on <= self.as_of)
        ]
        rows = {}
        for one in open_:
            row = rows.setdefault((one.level, one.indicator), [0, one.opened_on])
            row[0] += 1
            row[1] = min(row[1], one.opened_on)
        return [sorted((level, indicator, *row) for (level, indicator), row in rows.items())]

    def funds(self):
        moves = [
            (self.place(one.policy), one.on.year, 0 if one.amount >= 0 else 1, abs(one.amount)) for one in self.payments
        ]
        moves += [(self.place(self.claim[one.claim].policy), one.on.year, 2, one.amount) for one in self.outs]
        moves += [(self.place(one.policy), one.on.year, 3, one.amount) for one in self.commissions]
        moves += [((one.product or "-", one.branch or "-"), one.on.year, 4, one.amount) for one in self.expenses]
        rows = []
        for place, year in sorted({(place, year) for place, year, *_ in moves}):
            sums = [sum((m[3] for m in moves if m[:3] == (place, year, column)), Decimal(0)) for column in range(5)]
            rows.append((*place, str(year), *sums, sums[0] - sum(sums[1:])))
        return [rows]

    def place(self, policy):
        return self.policy[policy].product, self.policy[policy].branch or "-"


def _cents(value):
    return Decimal(round(value * 100)) / 100
