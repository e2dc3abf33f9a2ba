"""The tests; the settings of whoever runs them are not theirs."""

import os

for name in [name for name in os.environ if name.startswith("ESITO_")]:
    # The database server that the first test process started for the others.
    if name != "ESITO_TEST_POSTGRES":
        del os.environ[name]
