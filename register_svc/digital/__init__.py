"""Digital receipts: a customer's receipt as a file, or by e-mail once there is a line to send it on."""
