"""From a tariff and a session's quantities to money, and from money to settled accounts; pure and exact."""
