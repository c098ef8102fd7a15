// SPDX-License-Identifier: Apache-2.0
// Certificates of listeners: read from their files, checked, replaced on reload, and watched for their end. [control]
#pragma once

#include <memory>
#include <vector>

#include "api/kernel.hpp"
#include "config/fault.hpp"
#include "config/snapshot.hpp"
#include "net/tls_context.hpp"

namespace junctor::api {

/// What the listener's `tls` says beside the certificates; reads client_ca. Keys of tickets go on where `before` has
/// them and clients need no certificates (a ticket would let in whom a new client_ca does not). Throws net::NetError.
net::TlsRules tls_rules(const config::KernelConfig& kernel, const config::Listener& listener,
                        const net::TlsContext* before);
/// Reads the files that the listener's `tls` names; relative paths are the data directory's. Throws net::NetError.
std::shared_ptr<const net::TlsContext> load_tls(const config::KernelConfig& kernel, const config::Listener& listener,
                                                const net::TlsContext* before);

/// A fault for each listener whose certificate and key do not serve, and for datagram sockets that ask for what only
/// connections have. `kernel` may differ from the snapshot's in its data directory.
/// `places`: names that do not resolve and addresses that this host does not have are faults, too. A start tries them
/// later and may be tried again; what is checked by a person is to be right now.
void find_listener_faults(const config::Snapshot& snapshot, const config::KernelConfig& kernel, bool places,
                          std::vector<config::Fault>* faults);

/// After a reload: every listener reads its files again, for new connections. What cannot be read any more is logged,
/// and the old pair stays.
void reload_certificates(Kernel& kernel, const config::KernelConfig& settings);

/// Logs a warning for each certificate that ends soon (`expiry_warning`) or that clients may doubt; what is doubted
/// stands as a warning until it is mended.
void warn_of_expiry(Kernel& kernel);

}  // namespace junctor::api
