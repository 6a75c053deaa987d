"""The Celery application.

Messages are hints: rows are the truth, and the sweep makes up for what was lost.
"""

import os

from celery import Celery

from portal.environment import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

REDIS_URL: str = env.str("REDIS_URL", default="")
SWEEP_EVERY = 5.0  # seconds

# A worker's limit < the lease of what it works on < the time after which a message is given to
# another worker; in another order tasks run more than once.
TASK_LIMIT = 60
VISIBILITY_TIMEOUT = 600

app = Celery("sitewright")
app.conf.update(
    broker_url=REDIS_URL or "memory://localhost/",
    broker_connection_retry_on_startup=True,
    broker_transport_options=(
        {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            # kombu looks for what a killed worker left; its own pace is minutes.
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
        }
        if REDIS_URL
        else {"polling_interval": 0.02}
    ),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=TASK_LIMIT,
    task_soft_time_limit=TASK_LIMIT - 5,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    timezone="UTC",
    beat_schedule={
        "deliver-due": {
            # Apart from the sweep: receivers that do not answer must not hold it up.
            "task": "orchestration.tasks.deliver_due",
            "schedule": SWEEP_EVERY,
            "options": {"expires": SWEEP_EVERY * 2},
        },
        "sweep": {
            "task": "orchestration.tasks.sweep",
            "schedule": SWEEP_EVERY,
            # A sweep that nobody took in time is one too many: the next is on its way.
            "options": {"expires": SWEEP_EVERY * 2},
        },
    },
)
app.autodiscover_tasks(["orchestration"])
