"""website, the journal's site: takes in articles from the bot, shows them, and lets editors look at them beforehand."""
