"""The engine on a virtual clock: rehearsals and scenario tests."""
