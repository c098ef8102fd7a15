// SPDX-License-Identifier: Apache-2.0
// Registration's needs, met by storage/1, auth/1 and signal/1. Any thread.
#pragma once

#include <string>

#include "junctor/services.hpp"
#include "registrar.hpp"
#include "signal_service.hpp"
#include "traffic.hpp"

namespace junctor::rendezvous {

class RegistrarWiring final : public RegistrarPorts {
 public:
  RegistrarWiring(const Host& host, const Storage& storage, const AuthChain& auth, SignalService& signal,
                  const Traffic& traffic)
      : host_{host}, storage_{storage}, auth_{auth}, signal_{signal}, traffic_{traffic} {}

  Duration now() const override { return host_.now(); }
  void load(std::string_view id, Loaded done) override { storage_.get(id, std::move(done)); }
  void store(const jct_peer_record& record, Stored done) override;
  void admit(std::string_view id, const jct_channel& from, Admitted done) override;
  void answer_peer(const jct_channel& to, bool request_pk) override;
  void answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) override;
  void refused(Refusal why, std::string_view id, const jct_channel& from) override { traffic_.refused(why, from, id); }

 private:
  const Host& host_;
  const Storage& storage_;
  const AuthChain& auth_;
  SignalService& signal_;
  const Traffic& traffic_;
};

}  // namespace junctor::rendezvous
