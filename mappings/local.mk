# SPDX-License-Identifier: Apache-2.0
# They keep their folders below the package data directory.
nobase_dist_pkgdata_DATA += \
	mappings/README.md \
	mappings/ldap/groupofnames.yaml \
	mappings/ldap/inetorgperson.yaml \
	mappings/plan.schema.json \
	mappings/schema.json \
	mappings/sendoso/groups.yaml \
	mappings/sendoso/members.yaml \
	mappings/sendoso/roles.yaml \
	mappings/sendoso/scim_users.yaml \
	mappings/sendoso/users.yaml
