/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP relay that holds every byte back for MS each way: distance on a loopback. `delayproxy
 * LISTEN TARGET MS` */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PARCEL_BYTES = 65536, LANE_PARCELS = 1024 };

/* Bytes read at one moment, due at a later one. */
struct parcel {
    int64_t due_us;
    size_t len;
    char *bytes;
};

/* One direction of one connection: a reader thread fills the ring, a writer thread empties it on
 * time. */
struct lane {
    int from, to;
    int64_t delay_us;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct parcel ring[LANE_PARCELS];
    size_t head, tail;
    int ended;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *fill(void *arg)
{
    struct lane *l = arg;
    ssize_t n;
    do {
        char *bytes = malloc(PARCEL_BYTES);
        n = bytes ? read(l->from, bytes, PARCEL_BYTES) : 0;
        pthread_mutex_lock(&l->lock);
        while (n > 0 && l->tail - l->head == LANE_PARCELS)
            pthread_cond_wait(&l->moved, &l->lock);
        if (n > 0) {
            l->ring[l->tail++ % LANE_PARCELS] =
                (struct parcel){.due_us = now_us() + l->delay_us, .len = (size_t)n, .bytes = bytes};
        } else {
            l->ended = 1;
            free(bytes);
        }
        pthread_cond_broadcast(&l->moved);
        pthread_mutex_unlock(&l->lock);
    } while (n > 0);
    return NULL;
}

static int next_parcel(struct lane *l, struct parcel *ret)
{
    pthread_mutex_lock(&l->lock);
    while (l->head == l->tail && !l->ended)
        pthread_cond_wait(&l->moved, &l->lock);
    int have = l->head != l->tail;
    if (have)
        *ret = l->ring[l->head++ % LANE_PARCELS];
    pthread_cond_broadcast(&l->moved);
    pthread_mutex_unlock(&l->lock);
    return have;
}

static void *empty(void *arg)
{
    struct lane *l = arg;
    struct parcel p;
    while (next_parcel(l, &p)) {
        int64_t wait = p.due_us - now_us();
        if (wait > 0)
            nanosleep(
                &(struct timespec){.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000},
                NULL);
        for (size_t done = 0; done < p.len;) {
            ssize_t n = write(l->to, p.bytes + done, p.len - done);
            if (n <= 0)
                break;
            done += (size_t)n;
        }
        free(p.bytes);
    }
    shutdown(l->to, SHUT_WR);
    return NULL;
}

static void start_lane(int from, int to, int64_t delay_us)
{
    struct lane *l = calloc(1, sizeof(*l));
    pthread_t thread;
    if (!l)
        exit(1);
    l->from = from;
    l->to = to;
    l->delay_us = delay_us;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->moved, NULL);
    pthread_create(&thread, NULL, fill, l);
    pthread_detach(thread);
    pthread_create(&thread, NULL, empty, l);
    pthread_detach(thread);
}

static struct sockaddr_in loopback(const char *port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int main(int argc, char **argv)
{
    const int one = 1;
    if (argc != 4) {
        fprintf(stderr, "usage: delayproxy LISTEN_PORT TARGET_PORT MILLISECONDS_ONE_WAY\n");
        return 64;
    }
    struct sockaddr_in here = loopback(argv[1]), there = loopback(argv[2]);
    int64_t delay_us = (int64_t)(strtod(argv[3], NULL) * 1000);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&here, sizeof(here)) < 0 || listen(listener, 64) < 0) {
        perror("delayproxy");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        int server = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(server, (struct sockaddr *)&there, sizeof(there)) < 0) {
            close(client);
            close(server);
            continue;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        start_lane(client, server, delay_us);
        start_lane(server, client, delay_us);
    }
}
