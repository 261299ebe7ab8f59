"""The posting run (myynninpäivitysajo): what came home becomes invoices, credit notes and day reports, each once.

- A run marks a range of arrivals and never looks at it again: what comes later is the next run's.
- Every step is one transaction, so a run that died is gone on with by running it again.
- Nothing that was posted is changed or opened anew; what was wrong is put right by another document.
"""
