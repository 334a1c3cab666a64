"""The back offices: platforms that speak OCPI with each other, and the policies of the roles they play."""
