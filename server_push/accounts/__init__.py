"""What customers owe and gift cards hold: entries out of sales, balances, limits, and what tills may take of it."""
