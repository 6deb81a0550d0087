"""`ringside update`: a newer version of the template in your repository; what is yours stays.

steps       the three steps: ready, update, put
base        the template's commit that your repository comes from, and the target
merge       which files are replaced, merged or kept; `params` adds new keys to params.yaml
bounds      whether your locks meet the new package's requirements
apply       writes the result to the checkout: all of it or nothing
news        the summary that people read
git         Git's commands as these modules use them
"""

from ringside.init.record import address_on_record
from ringside.update.steps import Update, UpdateRequest, put, ready, update, without_password

__all__ = ["Update", "UpdateRequest", "address_on_record", "put", "ready", "update", "without_password"]
