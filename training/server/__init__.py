"""``training serve``: the web server and the mail sender, which begin and end together.

What starts them is kept small: it waits beside them for as long as they run. Only the workers, the
mail sender and other commands load the application.
"""
