# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
    src/store/approvals.c src/store/approvals.h \
    src/store/batch.c src/store/batch.h \
    src/store/claims.c src/store/claims.h \
    src/store/chain.c src/store/chain.h \
    src/store/chain_verify.c \
    src/store/find.c src/store/find.h \
    src/store/former.c \
    src/store/history.c src/store/history.h \
    src/store/invitations.c src/store/invitations.h \
    src/store/journal.c \
    src/store/leaving.c src/store/leaving.h \
    src/store/ledger.c \
    src/store/migrate.c \
    src/store/parked.c \
    src/store/pull.c src/store/pull.h \
    src/store/pull_finish.c \
    src/store/reading.c \
    src/store/rows.c \
    src/store/runs.c \
    src/store/scratch.c \
    src/store/seal.c src/store/seal.h \
    src/store/seal_verify.c \
    src/store/snapshots.c \
    src/store/sql.c \
    src/store/sqlite.h \
    src/store/sqlite_open.c \
    src/store/store.h \
    src/store/tally.c src/store/tally.h \
    src/store/tokens.c src/store/tokens.h \
    src/store/turns.c src/store/turns.h \
    src/store/twins.c src/store/twins.h \
    src/store/undo.c \
    src/store/values.c
