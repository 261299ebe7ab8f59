"""The link to head office: enrolment, the mode ONLINE/OFFLINE, and the courier that returns the journal."""
