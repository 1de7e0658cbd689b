"""The pages, which fill the window beside the recorder; one file each."""
