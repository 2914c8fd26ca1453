"""rio-cogeo's verdict on files that the COG writer made:  python tests/golden/cog/validate.py FILE.tif …"""

import sys

from rio_cogeo.cogeo import cog_validate

failed = False
for path in sys.argv[1:]:
    valid, errors, warnings = cog_validate(path, strict=True)
    print(path, "valid" if valid else "INVALID", *errors, *warnings)
    failed |= not valid
sys.exit(failed)
