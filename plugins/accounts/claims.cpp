// SPDX-License-Identifier: Apache-2.0
#include "accounts/claims.hpp"

#include <string>

#include "accounts/admin_api/contract/contract.hpp"
#include "accounts/admin_api/scripts/script_desk.hpp"

namespace junctor::accounts {
namespace {

struct Place {
  uint32_t methods;
  const char* pattern;
};

/// Of clients; tests/site holds them against what a running server shows.
constexpr Place kClients[] = {
    {JCT_HTTP_GET, "/api/login-options"},
    {JCT_HTTP_POST, "/api/login"},
    {JCT_HTTP_POST, "/api/currentUser"},
    {JCT_HTTP_POST, "/api/logout"},
    {JCT_HTTP_POST, "/api/oidc/auth"},
    {JCT_HTTP_GET, "/api/oidc/auth-query"},
    {JCT_HTTP_GET, "/api/oidc/console"},
    {JCT_HTTP_GET, "/api/oidc/callback"},
    {JCT_HTTP_POST, "/api/users/tfa/totp/enrol"},
    {JCT_HTTP_POST, "/api/users/tfa/totp/confirm"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab/personal"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab/settings"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab/shared/profiles"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab/peers"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab/tags/{guid}"},
    {JCT_HTTP_POST, "/api/ab/peer/add/{guid}"},
    {JCT_HTTP_PUT, "/api/ab/peer/update/{guid}"},
    {JCT_HTTP_DELETE, "/api/ab/peer/{guid}"},
    {JCT_HTTP_POST, "/api/ab/tag/add/{guid}"},
    {JCT_HTTP_PUT, "/api/ab/tag/update/{guid}"},
    {JCT_HTTP_PUT, "/api/ab/tag/rename/{guid}"},
    {JCT_HTTP_DELETE, "/api/ab/tag/{guid}"},
    {JCT_HTTP_GET, "/api/ab/recycle/{guid}"},
    {JCT_HTTP_POST, "/api/ab/recycle/restore/{guid}"},
    {JCT_HTTP_POST, "/api/ab/recycle/delete/{guid}"},
    {JCT_HTTP_POST, "/api/ab/recycle/empty/{guid}"},
    {JCT_HTTP_GET | JCT_HTTP_POST, "/api/ab"},
    {JCT_HTTP_POST, "/api/ab/get"},
    {JCT_HTTP_POST, "/api/heartbeat"},
    {JCT_HTTP_POST, "/api/sysinfo"},
    {JCT_HTTP_POST, "/api/sysinfo_ver"},
    {JCT_HTTP_POST, "/api/devices/cli"},
    {JCT_HTTP_POST, "/api/devices/deploy"},
    {JCT_HTTP_POST, "/api/switch-grant"},
    {JCT_HTTP_GET, "/api/device-group/accessible"},
    {JCT_HTTP_GET, "/api/peers"},
    {JCT_HTTP_GET, "/api/users"},
    {JCT_HTTP_POST, "/api/audit/conn"},
    {JCT_HTTP_POST, "/api/audit/file"},
    {JCT_HTTP_POST, "/api/audit/alarm"},
    {JCT_HTTP_GET, "/api/audit/conn/active"},
    {JCT_HTTP_PUT, "/api/audit"},
};

constexpr const char* kImports[] = {"/books/{book}/import", "/users/import", "/devices/import"};

}  // namespace

void claim_routes(const Claims& claims) {
  for (const Place& place : kClients) claims.route(place.methods, place.pattern);
  admin::ScriptDesk::claim(claims);
  constexpr uint32_t kAll = JCT_HTTP_GET | JCT_HTTP_POST | JCT_HTTP_PUT | JCT_HTTP_PATCH | JCT_HTTP_DELETE;
  const std::string base{admin::kBase};
  claims.route(kAll, base + "/*");
  for (const char* import : kImports) claims.route(JCT_HTTP_POST, base + import);
}

}  // namespace junctor::accounts
