"""Articles and their prices, customers and cashiers, and the lists they are imported from."""
