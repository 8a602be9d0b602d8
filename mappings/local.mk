# SPDX-License-Identifier: Apache-2.0
# They keep their folders below the package data directory.
nobase_dist_pkgdata_DATA += \
	mappings/README.md \
	mappings/audit.schema.json \
	mappings/audit/checks.yaml \
	mappings/audit/sends.yaml \
	mappings/directory/tools.yaml \
	mappings/eloqua/access.yaml \
	mappings/feed-bamboohr/department_members.yaml \
	mappings/feed-bamboohr/departments.yaml \
	mappings/feed-bamboohr/users.yaml \
	mappings/feed-ldap/groups.yaml \
	mappings/feed-ldap/members.yaml \
	mappings/feed-ldap/users.yaml \
	mappings/feed-personio/department_members.yaml \
	mappings/feed-personio/departments.yaml \
	mappings/feed-personio/team_members.yaml \
	mappings/feed-personio/teams.yaml \
	mappings/feed-personio/users.yaml \
	mappings/feed-plain/department_members.yaml \
	mappings/feed-plain/departments.yaml \
	mappings/feed-plain/users.yaml \
	mappings/feed-rippling/department_members.yaml \
	mappings/feed-rippling/departments.yaml \
	mappings/feed-rippling/team_members.yaml \
	mappings/feed-rippling/teams.yaml \
	mappings/feed-rippling/users.yaml \
	mappings/feed-workday/department_members.yaml \
	mappings/feed-workday/departments.yaml \
	mappings/feed-workday/users.yaml \
	mappings/hubspot/access.yaml \
	mappings/ldap/groupofnames.yaml \
	mappings/ldap/inetorgperson.yaml \
	mappings/marketo/access.yaml \
	mappings/plan.schema.json \
	mappings/policy.schema.json \
	mappings/salesforce/access.yaml \
	mappings/schema.json \
	mappings/sendoso/groups.yaml \
	mappings/sendoso/members.yaml \
	mappings/sendoso/provision.yaml \
	mappings/sendoso/roles.yaml \
	mappings/sendoso/scim_users.yaml \
	mappings/sendoso/tools.yaml \
	mappings/sendoso/users.yaml \
	mappings/tools.schema.json
