"""How gunicorn serves Esito; where it listens and how many workers is said outside."""

import gunicorn.http.wsgi
import gunicorn.workers.gthread

# A password's hash takes 18 ms of a core; with threads the pages of the others go on.
worker_class = "gthread"
workers = 2
threads = 8
# On a restart, requests that are under way have so many seconds to finish.
graceful_timeout = 30
# Longer than a proxy keeps an idle connection, so that it never meets a closed one.
keepalive = 75
# Addresses of pages hold references of people's results: nobody needs them in a file.
accesslog = None
errorlog = "-"
loglevel = "warning"
# Browsers open connections ahead of need, and others open them to be a nuisance: one on
# which nothing is said yet waits outside. It would hold a thread for five seconds else.
_look = gunicorn.workers.gthread.TConn.wait_for_data
gunicorn.workers.gthread.TConn.wait_for_data = lambda visitor, _seconds: _look(
    visitor, 0.0
)
# Each worker makes its own app and its own database connections: none cross a fork.
preload_app = False
control_socket_disable = True
# Which program answers is nobody's business.
gunicorn.http.wsgi.SERVER = "Esito"
