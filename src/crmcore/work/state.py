"""One consistent state of a company's data, ready to be asked."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from attrs import frozen

from crmcore.errors import NotFound
from crmcore.evaluation.ahead import NextMove, next_move
from crmcore.evaluation.boundaries import Horizon, sooner
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.explain import Explanation, Reason, explain, reason_of
from crmcore.evaluation.facts import Case
from crmcore.evaluation.grace import held_until
from crmcore.evaluation.placements import Placement, Timeline, from_document
from crmcore.evaluation.turning import Counterfactual
from crmcore.grammar.declare import Scheme, Setting
from crmcore.grammar.playbooks import Playbook
from crmcore.plugging.core_settings import HOLDOUT
from crmcore.plugging.plain_settings import PlainSettings
from crmcore.records import Customer
from crmcore.speech.spoken import Reader as Listener
from crmcore.store import Reader
from crmcore.work.book import Book
from crmcore.work.company import Company
from crmcore.work.counterfactuals import counterfactuals
from crmcore.work.placing import table_of, timeline_of
from crmcore.work.raised import carried_out_since, is_held_out


@frozen(eq=False, slots=False)
class State:
    """Records, facts, settings and population values of one commit, and the date that counts.

    ``is_book_date`` says whether that is the date up to which the stored placements were made, ``sensitive`` whether
    sensitive values are shown to who asks.
    """

    reader: Reader
    book: Book
    company: Company
    world: World
    plain: PlainSettings
    day: date
    is_book_date: bool = True
    sensitive: bool = False

    @cached_property
    def evaluator(self) -> Evaluator:
        """The evaluator of this state's world."""
        return Evaluator(self.world)

    def customer(self, key: str) -> Customer:
        """Return a customer; raises `NotFound`."""
        found = self.book.get(Customer, key)
        if not isinstance(found, Customer):
            raise NotFound("customer", key, todo="`crm customer list --columns id,name` lists them.")
        return found

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting that is in force."""
        declared = self.plain.declared(setting)
        if declared.name in self.plain.catalogue.rule_settings:
            return self.world.settings.get(declared.name, declared.default)
        return self.plain.value(declared)

    def case(self, customer: Customer) -> Case:
        """Return the facts of a customer on the date that counts."""
        return Case(self.book.facts(customer), self.day)

    def explained(self, scheme: Scheme, customer: Customer) -> "Explained":
        """Return why a customer is in its segment, with the placement on record and when time may change it."""
        case, stored = self.case(customer), timeline_of(self.reader, scheme.name, customer.id).on(self.day)
        due = Horizon(self.evaluator, case).of_scheme(scheme)
        ends = held_until(scheme, stored, self.world.settings) if stored else None
        return Explained(explain(scheme, case, self.evaluator), stored, sooner((due, ends)))

    def why_not(self, scheme: Scheme, segment: str, customer: Customer) -> Reason:
        """Return how the rule of a segment comes out for a customer, also where an earlier segment fits first."""
        return reason_of(scheme.segment(segment), self.case(customer), self.evaluator)

    def counterfactuals(self, scheme: Scheme, customer: Customer) -> Mapping[str, tuple[Counterfactual, ...]]:
        """Return, for every segment that the customer is not in, the smallest single changes that lead there.

        A change is another value of one field or column of the customer, or one more purchase on the state's day, with
        population values held; at most one of each kind, none where no single change leads there. Segments are what the
        rules answer: a grace may keep the customer for a time.
        """
        return counterfactuals(self, scheme, customer)

    def timelines(self, scheme: Scheme) -> Mapping[str, Timeline]:
        """Return the placements on record of every customer that was ever placed in a scheme, by its id."""
        return {key: from_document(document) for key, document in self.reader.items(table_of(scheme.name))}

    def is_held_out(self, playbook: Playbook, customer: str) -> bool:
        """Whether a playbook leaves a customer alone, by the share ``crm.holdout`` now in force; always the same ones."""
        return is_held_out(playbook.name, customer, self.setting(HOLDOUT))

    def next_move(self, scheme: Scheme, customer: Customer, until: date) -> NextMove | None:
        """Return when time alone will next change the customer's segment, if it does up to ``until``."""
        stands = timeline_of(self.reader, scheme.name, customer.id).current if self.is_book_date else None
        return next_move(scheme, self.book.facts(customer), (self.day, until), self.evaluator, stands)

    def treated_since(self, playbook: Playbook) -> date | None:
        """Return the day since which a playbook is carried out with the share ``crm.holdout`` in force; None if it is not.

        Who came into its segment before was not treated, or belonged to other groups.
        """
        return carried_out_since(self.reader, playbook.name)

    def listener(self, language: str) -> Listener:
        """Return what wording needs to know: the language, the currency and the settings in force."""
        return Listener(language, self.company.currency, self.company.currency_digits, self.world.settings)


@frozen
class Explained:
    """Today's evaluation, the stored placement (None if there is none), and when time alone may next change it."""

    explanation: Explanation
    stored: Placement | None
    review_on: date | None
