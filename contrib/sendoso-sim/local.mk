# SPDX-License-Identifier: Apache-2.0
sendoso_sim_SOURCES += \
	contrib/sendoso-sim/api.c contrib/sendoso-sim/api.h \
	contrib/sendoso-sim/changes.c contrib/sendoso-sim/changes.h \
	contrib/sendoso-sim/control.c contrib/sendoso-sim/control.h \
	contrib/sendoso-sim/deliver.c contrib/sendoso-sim/deliver.h \
	contrib/sendoso-sim/faults.c contrib/sendoso-sim/faults.h \
	contrib/sendoso-sim/form.c contrib/sendoso-sim/form.h \
	contrib/sendoso-sim/http.c contrib/sendoso-sim/http.h \
	contrib/sendoso-sim/invitations.c contrib/sendoso-sim/invitations.h \
	contrib/sendoso-sim/lists.c \
	contrib/sendoso-sim/main.c \
	contrib/sendoso-sim/market.c \
	contrib/sendoso-sim/moves.c \
	contrib/sendoso-sim/names.c contrib/sendoso-sim/names.h \
	contrib/sendoso-sim/oauth.c contrib/sendoso-sim/oauth.h \
	contrib/sendoso-sim/people.c contrib/sendoso-sim/people.h contrib/sendoso-sim/people_impl.h \
	contrib/sendoso-sim/rate.c contrib/sendoso-sim/rate.h \
	contrib/sendoso-sim/reply.c \
	contrib/sendoso-sim/reqlog.c contrib/sendoso-sim/reqlog.h \
	contrib/sendoso-sim/rest.c \
	contrib/sendoso-sim/row.c contrib/sendoso-sim/row.h \
	contrib/sendoso-sim/scim.c contrib/sendoso-sim/scim_impl.h contrib/sendoso-sim/scim_write.c \
	contrib/sendoso-sim/sendpost.c contrib/sendoso-sim/sends.c contrib/sendoso-sim/sends.h \
	contrib/sendoso-sim/settings.c contrib/sendoso-sim/settings_table.c contrib/sendoso-sim/settings.h \
	contrib/sendoso-sim/sim.c contrib/sendoso-sim/sim.h \
	contrib/sendoso-sim/spoil.c contrib/sendoso-sim/spoil.h \
	contrib/sendoso-sim/tally.c contrib/sendoso-sim/tally.h \
	contrib/sendoso-sim/timer.c contrib/sendoso-sim/timer.h

dist_man_MANS += contrib/sendoso-sim/sendoso-sim.1
