/* SPDX-License-Identifier: Apache-2.0 */
/* Which tries are worth repeating, and when. */
#include "net/http_flight.h"

#include "base/hash.h"

enum { FIRST_BACKOFF_US = 500000, DOUBLINGS_MAX = 6 }; /* 0.5 s to 32 s */

bool mu_http_again(CURLcode rc, long status)
{
    switch (rc) {
    case CURLE_OK:
        return status == 429 || status == 502 || status == 503 || status == 504;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

bool mu_http_sent(CURLcode rc)
{
    switch (rc) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_URL_MALFORMAT:
        return false;
    default:
        return true;
    }
}

/* Half fixed, half dice ("equal jitter"): never at once, and no two clients in step. */
int64_t mu_http_backoff_us(int failures)
{
    int doublings = failures < 1 ? 0 : failures - 1 > DOUBLINGS_MAX ? DOUBLINGS_MAX : failures - 1;
    int64_t half = ((int64_t)FIRST_BACKOFF_US << doublings) / 2;
    uint32_t dice;
    mu_random(&dice, sizeof(dice));
    return half + (int64_t)((double)dice / UINT32_MAX * (double)half);
}
