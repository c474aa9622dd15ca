"""The settings by what they are about; `config.settings` joins them."""
