"""How metrics are declared here: name, term, label and doc in English and Chinese, and unit."""

from crmcore import Metric, Term


def metric(name: str, term: Term, texts: tuple[str, str, str, str], unit: str = "") -> Metric:
    """Return a metric with its label and doc in English and Chinese."""
    en, zh, doc_en, doc_zh = texts
    return Metric(f"insurance.{name}", term, unit=unit, label={"en": en, "zh": zh}, doc={"en": doc_en, "zh": doc_zh})
