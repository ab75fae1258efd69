"""How each customer's requests are answered: who waits, who was answered promptly, and who slowly.

Rules count local days. Hours and minutes are in the report, which measures moments.
"""

from decimal import Decimal

from crmcore import Metric, Playbook, Scheme, Segment, Setting, TaskTemplate, choose, count, days_since, mean

from .facts import interaction, settled

request_days = Setting(
    "channels.request_days",
    180,
    least=1,
    greatest=36_500,
    unit="days",
    label={"en": "Days for which a request counts", "zh": "请求的有效天数"},
    doc={
        "en": "Requests of the last so many days say how a customer is answered. Our default.",
        "zh": "最近多少天的请求用于衡量响应情况。默认值由本插件给出。",
    },
)
wait_days = Setting(
    "channels.wait_days",
    2,
    least=0,
    unit="days",
    label={"en": "Days that a request may wait", "zh": "允许等待的天数"},
    doc={
        "en": "A request without an answer after more days than this keeps its customer waiting. Our default.",
        "zh": "超过此天数仍未答复，视为客户在等待。默认值由本插件给出。",
    },
)
prompt_days = Setting(
    "channels.prompt_days",
    Decimal(1),
    least=0,
    unit="days",
    label={"en": "Prompt answers, days at most", "zh": "及时响应的天数"},
    doc={
        "en": "Mean days to an answer up to which a customer is answered promptly; 0 is the same day. Our default.",
        "zh": "平均响应天数不超过此值为及时；0为当日。默认值由本插件给出。",
    },
)

# What comes in asks for an answer; a contact that was settled at once has had it.
is_request = interaction.direction.is_("in") & interaction.at.within(days=request_days)
is_answered = (days_since(interaction.responded_at) >= 0).or_else(False)
is_over = is_answered | settled.is_(True).or_else(False)
to_answer = days_since(interaction.at) - days_since(interaction.responded_at)

requests = Metric(
    "channels.requests",
    count(interaction, where=is_request),
    unit="requests",
    label={"en": "Requests", "zh": "请求数"},
    doc={"en": "Contacts by the customer that count.", "zh": "有效期内客户发起的联系数。"},
)
waiting = Metric(
    "channels.waiting",
    count(interaction, where=is_request & ~is_over & (days_since(interaction.at) > wait_days)),
    unit="requests",
    label={"en": "Requests that wait too long", "zh": "逾期未答复的请求"},
)
answer_days = Metric(
    "channels.answer_days",
    mean(to_answer, where=is_request & is_answered),
    unit="days",
    label={"en": "Days to an answer", "zh": "平均响应天数"},
    doc={
        "en": "Mean local days between request and answer; unknown where no answer is recorded.",
        "zh": "请求与响应相隔天数的平均值；无响应记录时未知。",
    },
)
asked = count(settled, where=is_request)
settled_share = Metric(
    "channels.settled_share",
    choose((asked > 0, count(interaction, where=is_request & settled.is_(True)) / asked)),
    label={"en": "Settled at once, share", "zh": "一次解决率"},
    doc={
        "en": "Share of the requests that one contact settled, 0 to 1, among those of which it was entered.",
        "zh": "一次接触即解决的请求占已录入者的比例（0至1）。",
    },
)

service = Scheme(
    "channels.service",
    Segment(
        "waiting",
        when=waiting > 0,
        label={"en": "Waits for an answer", "zh": "等待答复"},
        doc={"en": "Has a request that nobody has answered for too long.", "zh": "有请求逾期无人答复。"},
    ),
    Segment(
        "no_request",
        when=~answer_days.is_known(),
        label={"en": "No answer to measure", "zh": "无可衡量的响应"},
        doc={
            "en": "Has asked nothing lately, or nothing whose answer was recorded.",
            "zh": "近期没有请求，或没有已记录响应时间的请求。",
        },
    ),
    Segment(
        "prompt",
        when=answer_days <= prompt_days,
        label={"en": "Answered promptly", "zh": "响应及时"},
        doc={"en": "Is answered within the days set.", "zh": "在设定天数内得到响应。"},
    ),
    Segment(
        "slow",
        label={"en": "Answered slowly", "zh": "响应缓慢"},
        doc={"en": "Is answered, and later than the days set.", "zh": "得到响应，但超过设定天数。"},
    ),
    label={"en": "Service response", "zh": "服务响应"},
    doc={
        "en": "The source wants satisfaction raised by the speed of response to service requests; the classes are ours.",
        "zh": "来源要求以提高服务请求的响应速度来提升满意度；各类由本插件划分。",
    },
)

FASTER = {
    "en": "Raise the speed and quality of response to each way of exchanging information.",
    "zh": "提高对客户多种信息交换形式响应的速度和质量。",
}
answer = Playbook(
    "channels.answer",
    service,
    "waiting",
    TaskTemplate("answer", {"en": "Answer the customer", "zh": "答复客户"}),
    treatment=FASTER,
    label={"en": "Answer who waits", "zh": "答复等待的客户"},
    doc={"en": "The task is ours.", "zh": "任务由本插件给出。"},
)
faster = Playbook(
    "channels.faster",
    service,
    "slow",
    treatment=FASTER,
    label={"en": "Answer faster", "zh": "加快响应"},
    doc={"en": "What the source states.", "zh": "来源所述。"},
)

SETTINGS = (request_days, wait_days, prompt_days)
METRICS = (requests, waiting, answer_days, settled_share)
PLAYBOOKS = (answer, faster)
