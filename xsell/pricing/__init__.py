"""Money maths: pure functions over values, to the smallest unit of the currency."""
