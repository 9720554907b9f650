/* AES-256-GCM of intel-ipsec-mb, a packet a call, as the benchmarks of Sallyport ask for it on standard input:
   a line "seal SIZE MICROSECONDS" or "open SIZE MICROSECONDS" is answered by nanoseconds a packet, for at least so long.
   With the argument "aesni" it uses the instructions that .NET has as well: AES-NI, PCLMULQDQ and AVX2, not VAES. */
#include <intel-ipsec-mb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count_of_arguments, char **arguments)
{
    static uint8_t text[65536], other[65536];
    uint8_t key[32] = { 0 }, nonce[12] = { 0 }, data[8] = { 0 }, tag[16];
    struct gcm_key_data schedule;
    struct gcm_context_data context;
    char verb[8];
    unsigned size, patience;
    int aesni = count_of_arguments > 1 && strcmp(arguments[1], "aesni") == 0;
    IMB_MGR *manager = alloc_mb_mgr(0);
    if (manager == NULL) {
        return 1;
    }

    if (aesni) {
        init_mb_mgr_avx2(manager);
    } else {
        init_mb_mgr_auto(manager, NULL);
    }

    IMB_AES256_GCM_PRE(manager, key, &schedule);
    printf("%s\n", !aesni && (manager->features & IMB_FEATURE_VAES) ? "VAES" : "AES-NI");
    fflush(stdout);
    while (scanf("%7s %u %u", verb, &size, &patience) == 3 && size <= sizeof text) {
        int seal = strcmp(verb, "seal") == 0;
        double start = now(), elapsed;
        unsigned long count = 0;
        do {
            for (int i = 0; i < 64; i++) {
                nonce[4]++;
                if (seal) {
                    IMB_AES256_GCM_ENC(manager, &schedule, &context, text, text, size, nonce, data, sizeof data, tag, sizeof tag);
                } else {
                    IMB_AES256_GCM_DEC(manager, &schedule, &context, other, text, size, nonce, data, sizeof data, tag, sizeof tag);
                }
            }
            count += 64;
            elapsed = now() - start;
        } while (elapsed < patience * 1e3);
        printf("%.3f\n", elapsed / count);
        fflush(stdout);
    }

    free_mb_mgr(manager);
    return 0;
}
