# SPDX-License-Identifier: Apache-2.0
# Our own configure macros: needed libraries are collected into one refusal, compiler flags are probed one by one.

# MU_NEED(PREFIX, MODULES, DEBIAN-PACKAGE, [IF-NO-PKG-CONFIG-FILE])
# Looks for pkg-config MODULES. What is missing goes to $mu_missing and $mu_packages; MU_NEED_END refuses with all of it.
AC_DEFUN([MU_NEED], [
    PKG_CHECK_MODULES([$1], [$2], [mu_have_$1=yes], [mu_have_$1=no])
    AS_IF([test "x$mu_have_$1" = xno], [$4])
    AS_IF([test "x$mu_have_$1" = xno], [
        mu_missing="$mu_missing
    $2: $3"
        mu_packages="$mu_packages $3"
    ])
])

# MU_NEED_END: the refusal, naming everything at once and the one line that mends it on Debian and Ubuntu.
AC_DEFUN([MU_NEED_END], [
    AS_IF([test -n "$mu_missing"], [AC_MSG_ERROR([these are needed and were not found (what: Debian package):
$mu_missing

On Debian and Ubuntu, as root:

    apt-get install$mu_packages
])])
])

# MU_FOUND(PREFIX, MODULE): sets mu_ver_PREFIX to what the summary prints.
AC_DEFUN([MU_FOUND], [
    AS_IF([test "x$mu_have_$1" = xyes],
          [mu_ver_$1=`"$PKG_CONFIG" --modversion "$2" 2>/dev/null || echo yes`], [mu_ver_$1=no])
])

# MU_TRY_FLAG(VARIABLE, FLAG, [WITH]): appends FLAG to VARIABLE when compiler and linker take it without a word,
# the flags WITH being set too. CFLAGS and LDFLAGS of the user are looked at, never changed.
AC_DEFUN([MU_TRY_FLAG], [
    AS_VAR_PUSHDEF([mu_cache], [mu_cv_flag_$2])
    AC_CACHE_CHECK([whether $CC takes $2], [mu_cache], [
        mu_saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS -Werror $3 $2"
        AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts("") < 0]])],
                       [AS_VAR_SET([mu_cache], [yes])], [AS_VAR_SET([mu_cache], [no])])
        CFLAGS=$mu_saved_CFLAGS
    ])
    AS_VAR_IF([mu_cache], [yes], [$1="$$1 $2"])
    AS_VAR_POPDEF([mu_cache])
])

# MU_TRY_FLAGS(VARIABLE, FLAGS): MU_TRY_FLAG for each of the blank-separated FLAGS.
AC_DEFUN([MU_TRY_FLAGS], [m4_foreach_w([mu_flag], [$2], [MU_TRY_FLAG([$1], m4_defn([mu_flag]))])])

# MU_MUST_FLAG(VARIABLE, FLAG, OPTION): as MU_TRY_FLAG, but a refusal ends configure: OPTION was asked for.
AC_DEFUN([MU_MUST_FLAG], [
    AC_MSG_CHECKING([whether $CC takes $2])
    mu_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts("") < 0]])],
                   [AC_MSG_RESULT([yes])],
                   [AC_MSG_RESULT([no])
                    AC_MSG_ERROR([$3 needs a compiler that can do $2; $CC can't])])
    CFLAGS=$mu_saved_CFLAGS
    $1="$$1 $2"
])
