#include "care/keyring.h"

#include "care/seal.h"
#include "store/user.h"

_Static_assert((int)SEAL_KEY_BYTES == (int)USER_KEY_BYTES, "a focal person's key");

int keyring_gather(struct db *db, const struct option_list *config_keys,
    struct seal_keys *keys, struct err *err)
{
    unsigned char list[SEAL_KEYS_MAX + 1][USER_KEY_BYTES];
    int n = user_focal_keys(db, list, SEAL_KEYS_MAX + 1);

    if (seal_keys_parse(config_keys, keys, err) != 0) {
        return -1;
    }
    for (int i = 0; i < n; i++) {
        if (seal_keys_add(keys, list[i], err) != 0) {
            return -1;
        }
    }
    return 0;
}
