"""The routes of the impact service, by what they answer."""
