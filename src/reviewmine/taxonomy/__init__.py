"""The contract between people, models and routers."""
