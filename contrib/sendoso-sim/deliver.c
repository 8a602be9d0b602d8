/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer leaves: the transport switches and the transport faults. */
#include "deliver.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/time.h"
#include "names.h"

enum { BLOCK = 32768, SLOW_STEPS = 50, GZIP_BLOCK = 65535 };

static const char huge_head[] = "{\"current_page\":1,\"per_page\":100,\"total_users\":1,\"users\":["
                                "{\"id\":1,\"last_name\":\"";
static const char huge_tail[] = "\"}]}";
static const char endless_head[] =
    "{\"current_page\":1,\"per_page\":100,\"total_users\":1,\"users\":[";
static const char endless_row[] = "{\"id\":4101,\"first_name\":\"Ada\",\"last_name\":\"Quist\","
                                  "\"email\":\"ada@example.test\",\"team_group_id\":71},";

/* Copies what lies at offset `at` of a text that starts at `start`; 0 when it ended before. */
static size_t copy_part(char *to, size_t room, const char *text, size_t len, uint64_t start,
                        uint64_t at)
{
    if (at < start || at >= start + len)
        return 0;
    size_t n = len - (size_t)(at - start);
    if (n > room)
        n = room;
    memcpy(to, text + (at - start), n);
    return n;
}

static ssize_t read_huge(void *cls, uint64_t at, char *to, size_t room)
{
    struct sim_request *r = cls;
    size_t head = sizeof(huge_head) - 1, tail = sizeof(huge_tail) - 1;
    uint64_t fill_end = head + (uint64_t)r->fault.bytes;
    if (at < head)
        return (ssize_t)copy_part(to, room, huge_head, head, 0, at);
    if (at >= fill_end)
        return (ssize_t)copy_part(to, room, huge_tail, tail, fill_end, at);
    size_t n = fill_end - at < room ? (size_t)(fill_end - at) : room;
    memset(to, 'a', n);
    return (ssize_t)n;
}

static ssize_t read_endless(void *cls, uint64_t at, char *to, size_t room)
{
    (void)cls;
    size_t head = sizeof(endless_head) - 1, row = sizeof(endless_row) - 1;
    if (at < head)
        return (ssize_t)copy_part(to, room, endless_head, head, 0, at);
    size_t filled = 0;
    while (filled < room) {
        uint64_t now = at + filled;
        filled +=
            copy_part(to + filled, room - filled, endless_row, row, now - (now - head) % row, now);
    }
    return (ssize_t)filled;
}

static ssize_t read_whole(void *cls, uint64_t at, char *to, size_t room)
{
    struct sim_request *r = cls;
    size_t n = copy_part(to, room, r->out.data, r->out.len, 0, at);
    return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t read_half(void *cls, uint64_t at, char *to, size_t room)
{
    struct sim_request *r = cls;
    size_t n = copy_part(to, room, r->out.data, r->out.len / 2, 0, at);
    return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_stall(void *cls, uint64_t at, char *to, size_t room)
{
    struct sim_request *r = cls;
    size_t n = copy_part(to, room, r->out.data, r->out.len / 2, 0, at);
    if (n > 0 || r->stream_paused)
        return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_WITH_ERROR;
    r->stream_paused = true;
    int64_t ms = r->fault.ms ? r->fault.ms : 600000;
    return sim_timer_suspend(r->sim->timer, r->conn, mu_mono_us() + ms * 1000)
               ? 0
               : MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_slow(void *cls, uint64_t at, char *to, size_t room)
{
    struct sim_request *r = cls;
    int64_t step_us = (r->fault.ms ? r->fault.ms : 5000) * 1000 / SLOW_STEPS;
    if (!r->stream_paused && sim_timer_suspend(r->sim->timer, r->conn, mu_mono_us() + step_us)) {
        r->stream_paused = true;
        return 0;
    }
    r->stream_paused = false;
    size_t step = r->out.len / SLOW_STEPS + 1;
    return (ssize_t)copy_part(to, room < step ? room : step, r->out.data, r->out.len, 0, at);
}

static uint32_t crc32_of(const char *bytes, size_t len)
{
    uint32_t table[256], crc = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xEDB88320u : table[i] >> 1;
    }
    for (size_t i = 0; i < len; i++)
        crc = table[(crc ^ (uint8_t)bytes[i]) & 0xFF] ^ crc >> 8;
    return ~crc;
}

static void add_little_endian(struct mu_buf *to, uint32_t value, int bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        mu_buf_addc(to, (char)(value & 0xFF));
}

/*
 * RFC 1952 around stored blocks of RFC 1951: nothing is compressed, but a client has to decode it.
 */
static void gzip(struct mu_buf *body)
{
    struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_add(&to, "\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10);
    size_t at = 0;
    do {
        uint32_t n = body->len - at < GZIP_BLOCK ? (uint32_t)(body->len - at) : GZIP_BLOCK;
        mu_buf_addc(&to, at + n == body->len);
        add_little_endian(&to, n, 2);
        add_little_endian(&to, ~n, 2);
        mu_buf_add(&to, body->data + at, n);
        at += n;
    } while (at < body->len);
    add_little_endian(&to, crc32_of(body->data, body->len), 4);
    add_little_endian(&to, (uint32_t)body->len, 4);
    mu_buf_done(body);
    *body = to;
}

static bool accepts_gzip(struct sim_request *r)
{
    const char *accepted = sim_request_header(r, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    return accepted && strcasestr(accepted, "gzip");
}

static struct MHD_Response *streamed(struct sim_request *r, uint64_t size,
                                     MHD_ContentReaderCallback read)
{
    return MHD_create_response_from_callback(size, BLOCK, read, r, NULL);
}

static struct MHD_Response *make_response(struct sim_request *r)
{
    switch (r->delivery) {
    case SIM_SEND_HALF:
        return streamed(r, r->out.len, read_half);
    case SIM_SEND_STALL:
        return streamed(r, r->out.len, read_stall);
    case SIM_SEND_SLOW:
        return streamed(r, r->out.len, read_slow);
    case SIM_SEND_HUGE:
        return streamed(r, sizeof(huge_head) + sizeof(huge_tail) - 2 + (uint64_t)r->fault.bytes,
                        read_huge);
    case SIM_SEND_ENDLESS:
        return streamed(r, MHD_SIZE_UNKNOWN, read_endless);
    case SIM_SEND:
    case SIM_CUT:
        break;
    }
    if (r->chunked && r->out.len > 0)
        return streamed(r, MHD_SIZE_UNKNOWN, read_whole);
    return MHD_create_response_from_buffer(r->out.len, r->out.data, MHD_RESPMEM_PERSISTENT);
}

static void add_headers(struct sim_request *r, struct MHD_Response *response)
{
    char id[33];
    uint64_t seed = (uint64_t)r->arrived_ms;
    snprintf(id, sizeof(id), "%016llx%016llx",
             (unsigned long long)sim_chance(seed, SIM_SALT_KEY, r->number),
             (unsigned long long)sim_chance(seed, SIM_SALT_ID, r->number));
    MHD_add_response_header(response, "X-Request-Id", id);
    if (r->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->content_type);
    for (size_t i = 0; i < r->header_count; i++)
        MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
    if (r->close)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/*
 * An abortive close: connect to nowhere makes Linux send RST at once, where close alone would send
 * FIN.
 */
static enum MHD_Result cut(struct sim_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (info)
        (void)connect(info->connect_fd, &nowhere, sizeof(nowhere));
    return MHD_NO;
}

enum MHD_Result sim_deliver(struct sim_request *r)
{
    if (r->delivery == SIM_CUT)
        return cut(r);
    bool zipped = r->gzip && r->delivery == SIM_SEND && r->out.len > 0 && accepts_gzip(r);
    if (zipped)
        gzip(&r->out);
    struct MHD_Response *response = make_response(r);
    if (!response)
        return MHD_NO;
    add_headers(r, response);
    if (zipped)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    enum MHD_Result queued = MHD_queue_response(r->conn, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return queued;
}
