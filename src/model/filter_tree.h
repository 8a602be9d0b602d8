/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of a condition: the tree that filter_parse.c makes, filter.c holds against documents and
 * filter_equal.c looks through. Private to them. All of it lives in the arena given to the parser,
 * and nothing changes it later: threads may share it.
 */
#ifndef MU_MODEL_FILTER_TREE_H
#define MU_MODEL_FILTER_TREE_H

#include "model/filter.h"

enum { FILTER_TEXT_MAX = 4096, FILTER_CONDITIONS_MAX = 64, FILTER_DEPTH_MAX = 16 };

enum filter_node { NODE_TEST, NODE_AND, NODE_OR, NODE_NOT };
enum filter_op { OP_PRESENT, OP_EQ, OP_NE, OP_LIKE, OP_LT, OP_GT, OP_LE, OP_GE };

enum filter_order { BY_NONE, BY_TIME, BY_NUMBER };

struct mu_filter {
    enum filter_node type;
    const struct mu_filter *left, *right; /* AND, OR; NOT has only left */
    const struct mu_attr *attr;           /* test */
    const char *part; /* of a list's items, or an extra's name; NULL: the field itself */
    enum filter_op op;
    const char *value, *folded; /* as written, and the key it is compared by */
    enum filter_order by;
    int64_t when; /* BY_TIME */
    /* = and ~: the same test with another value, which does as well; NULL: none */
    const struct mu_filter *also;
};

#endif
