# SPDX-License-Identifier: Apache-2.0
libmuster_a_SOURCES += \
	src/audit/access.c src/audit/access.h \
	src/audit/audit.c src/audit/audit.h \
	src/audit/auditing.h \
	src/audit/builtins.c \
	src/audit/changes.c \
	src/audit/check_hris.c \
	src/audit/check_invitations.c \
	src/audit/check_people.c \
	src/audit/check_policy.c \
	src/audit/check_sends.c \
	src/audit/check_target.c \
	src/audit/checks.c src/audit/checks.h \
	src/audit/checks_params.c \
	src/audit/conditions.c \
	src/audit/csv.c \
	src/audit/digests.c \
	src/audit/events.c src/audit/events.h \
	src/audit/findings.c \
	src/audit/html.c src/audit/html.h \
	src/audit/html_changes.c \
	src/audit/html_evidence.c \
	src/audit/html_findings.c \
	src/audit/html_people.c \
	src/audit/html_subjects.c \
	src/audit/html_summary.c \
	src/audit/html_text.c \
	src/audit/json.c \
	src/audit/moves.c src/audit/moves.h \
	src/audit/onboarding.c src/audit/onboarding.h \
	src/audit/people.c src/audit/people.h \
	src/audit/people_addresses.c \
	src/audit/prometheus.c \
	src/audit/review.c src/audit/review.h \
	src/audit/review_read.c \
	src/audit/sarif.c \
	src/audit/sends.c src/audit/sends.h \
	src/audit/summary.c \
	src/audit/text.c \
	src/audit/trace.c src/audit/trace.h \
	src/audit/waivers.c

# What the HTML report is made of.
report_bytes = src/audit/report.css.inc src/audit/report.html.inc src/audit/report.js.inc
EXTRA_DIST += src/audit/report.css src/audit/report.html src/audit/report.js
BYTES += $(report_bytes)

src/audit/html.$(OBJEXT): $(report_bytes)

src/audit/report.css.inc: src/audit/report.css
	$(as_bytes)

src/audit/report.html.inc: src/audit/report.html
	$(as_bytes)

src/audit/report.js.inc: src/audit/report.js
	$(as_bytes)
