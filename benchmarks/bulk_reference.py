"""RFM summaries of known libraries, for reference: frequency, recency, age and mean value, no schemes and no cuts."""

from typing import Any

import numpy as np
import pandas as pd
from bulk_answers import Result, Task
from bulk_pandas import read


def run_lifetimes(task: Task) -> Result:
    from lifetimes.utils import summary_data_from_transaction_data  # noqa: PLC0415 - only the one that is measured

    rows = _rows(task)
    return Result(
        summary_data_from_transaction_data(
            rows, "customer", "at", "amount", observation_period_end=pd.Timestamp(task.day)
        ),
        {},
    )


def run_pymc_marketing(task: Task) -> Result:
    from pymc_marketing.clv import utils  # noqa: PLC0415 - only the one that is measured

    return Result(
        utils.rfm_summary(_rows(task), "customer", "at", "amount", observation_period_end=pd.Timestamp(task.day)), {}
    )


def _rows(task: Task) -> Any:
    rows = read(task, "purchase", ["customer", "at", "amount"])
    seen = rows["at"] < task.midnight(1)
    days = rows["at"].dt.tz_convert(task.zone.key).dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    table = pd.DataFrame({"customer": rows["customer"], "at": days.astype("datetime64[ns]")})
    table["amount"] = np.nan_to_num(rows["amount"].astype("float64"))
    return table[seen]
