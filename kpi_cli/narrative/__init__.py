"""The written parts of a disclosure: sentences made from templates over the same figures as the tables."""
