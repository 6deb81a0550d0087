"""`ringside update`: newer machinery of the template in a copy, and all that is the copy's own as it was.

steps       the three steps: ready, update, put
base        which commit of the template a copy is from, and which one it is brought to
merge       the two merged, file by file; `params` the new keys of params.yaml
apply       a merge becomes the checkout, all of it or nothing
news        what it brings, for people
git         Git as all of these ask it
"""

from ringside.scaffold.machinery import address_on_record
from ringside.scaffold.update.steps import Asked, Update, put, ready, update, without_password

__all__ = ["Asked", "Update", "address_on_record", "put", "ready", "update", "without_password"]
