"""The trainer: fine-tunes a speech encoder, builds the datastore and writes packs. torch lives here."""
