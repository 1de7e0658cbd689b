"""What fills the window beside the recorder: one file a page."""
