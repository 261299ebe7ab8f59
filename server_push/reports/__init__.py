"""What the books say: days matched against registers' Z reports, days and months closed, sums by what one asks for."""
