"""What wakes the work of the fleet. The truth lives in rows; an engine that loses a wake-up loses nothing."""
