// Written by `deno task gen` from proto/*.proto. Change those files, not this one.

/** The .proto files as serialized FileDescriptorProtos, with what they declare and what they import. */
export const DESCRIPTORS = {
  "byova_common.proto": {
    symbols: [
      "com.cisco.wcc.ccai.media.v1.TextContent",
      "com.cisco.wcc.ccai.media.v1.InputSpeechTimers",
      "com.cisco.wcc.ccai.media.v1.InputHandlingConfig",
      "com.cisco.wcc.ccai.media.v1.DTMFDigits",
      "com.cisco.wcc.ccai.media.v1.DTMFInputConfig",
      "com.cisco.wcc.ccai.media.v1.DTMFInputs",
      "com.cisco.wcc.ccai.media.v1.ListVARequest",
      "com.cisco.wcc.ccai.media.v1.VirtualAgentInfo",
      "com.cisco.wcc.ccai.media.v1.ListVAResponse",
      "com.cisco.wcc.ccai.media.v1.OutputEvent",
      "com.cisco.wcc.ccai.media.v1.OutputEvent.EventType",
      "com.cisco.wcc.ccai.media.v1.EventInput",
      "com.cisco.wcc.ccai.media.v1.EventInput.EventType",
    ],
    services: [],
    imports: [
      "google/protobuf/struct.proto",
    ],
    base64:
      "ChJieW92YV9jb21tb24ucHJvdG8SG2NvbS5jaXNjby53Y2MuY2NhaS5tZWRpYS52MRocZ29vZ2xlL3Byb3RvYnVmL3N0cnVjdC5w" +
      "cm90byJvCgtUZXh0Q29udGVudBIUCgR0ZXh0GAEgASgJSABSBHRleHQSFAoEc3NtbBgCIAEoCUgAUgRzc21sEiMKDWxhbmd1YWdl" +
      "X2NvZGUYAyABKAlSDGxhbmd1YWdlQ29kZUIPCg1pbnB1dF9jb250ZW50IukBChFJbnB1dFNwZWVjaFRpbWVycxI1ChdtYXhfc3Bl" +
      "ZWNoX3RpbWVvdXRfbXNlYxgBIAEoBVIUbWF4U3BlZWNoVGltZW91dE1zZWMSMgoVY29tcGxldGVfdGltZW91dF9tc2VjGAIgASgF" +
      "UhNjb21wbGV0ZVRpbWVvdXRNc2VjEjYKF2luY29tcGxldGVfdGltZW91dF9tc2VjGAMgASgFUhVpbmNvbXBsZXRlVGltZW91dE1z" +
      "ZWMSMQoVbm9faW5wdXRfdGltZW91dF9tc2VjGAQgASgFUhJub0lucHV0VGltZW91dE1zZWMiuQEKE0lucHV0SGFuZGxpbmdDb25m" +
      "aWcSTQoLZHRtZl9jb25maWcYASABKAsyLC5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuRFRNRklucHV0Q29uZmlnUgpkdG1m" +
      "Q29uZmlnElMKDXNwZWVjaF90aW1lcnMYAiABKAsyLi5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuSW5wdXRTcGVlY2hUaW1l" +
      "cnNSDHNwZWVjaFRpbWVycyrtAgoKRFRNRkRpZ2l0cxIaChZEVE1GX0VWRU5UX1VOU1BFQ0lGSUVEEAASEgoORFRNRl9ESUdJVF9P" +
      "TkUQARISCg5EVE1GX0RJR0lUX1RXTxACEhQKEERUTUZfRElHSVRfVEhSRUUQAxITCg9EVE1GX0RJR0lUX0ZPVVIQBBITCg9EVE1G" +
      "X0RJR0lUX0ZJVkUQBRISCg5EVE1GX0RJR0lUX1NJWBAGEhQKEERUTUZfRElHSVRfU0VWRU4QBxIUChBEVE1GX0RJR0lUX0VJR0hU" +
      "EAgSEwoPRFRNRl9ESUdJVF9OSU5FEAkSEwoPRFRNRl9ESUdJVF9aRVJPEAoSEAoMRFRNRl9ESUdJVF9BEAsSEAoMRFRNRl9ESUdJ" +
      "VF9CEAwSEAoMRFRNRl9ESUdJVF9DEA0SEAoMRFRNRl9ESUdJVF9EEA4SEwoPRFRNRl9ESUdJVF9TVEFSEA8SFAoQRFRNRl9ESUdJ" +
      "VF9QT1VORBAQIrsBCg9EVE1GSW5wdXRDb25maWcSNwoYaW50ZXJfZGlnaXRfdGltZW91dF9tc2VjGAEgASgFUhVpbnRlckRpZ2l0" +
      "VGltZW91dE1zZWMSQwoIdGVybWNoYXIYAiABKA4yJy5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuRFRNRkRpZ2l0c1IIdGVy" +
      "bWNoYXISKgoRZHRtZl9pbnB1dF9sZW5ndGgYAyABKAVSD2R0bWZJbnB1dExlbmd0aCJWCgpEVE1GSW5wdXRzEkgKC2R0bWZfZXZl" +
      "bnRzGAEgAygOMicuY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLkRUTUZEaWdpdHNSCmR0bWZFdmVudHMifwoNTGlzdFZBUmVx" +
      "dWVzdBImCg9jdXN0b21lcl9vcmdfaWQYASABKAlSDWN1c3RvbWVyT3JnSWQSRgogaXNfZGVmYXVsdF92aXJ0dWFsX2FnZW50X2Vu" +
      "YWJsZWQYAiABKAhSHGlzRGVmYXVsdFZpcnR1YWxBZ2VudEVuYWJsZWQipwIKEFZpcnR1YWxBZ2VudEluZm8SKAoQdmlydHVhbF9h" +
      "Z2VudF9pZBgBIAEoCVIOdmlydHVhbEFnZW50SWQSLAoSdmlydHVhbF9hZ2VudF9uYW1lGAIgASgJUhB2aXJ0dWFsQWdlbnROYW1l" +
      "Eh0KCmlzX2RlZmF1bHQYAyABKAhSCWlzRGVmYXVsdBJdCgphdHRyaWJ1dGVzGAQgAygLMj0uY29tLmNpc2NvLndjYy5jY2FpLm1l" +
      "ZGlhLnYxLlZpcnR1YWxBZ2VudEluZm8uQXR0cmlidXRlc0VudHJ5UgphdHRyaWJ1dGVzGj0KD0F0dHJpYnV0ZXNFbnRyeRIQCgNr" +
      "ZXkYASABKAlSA2tleRIUCgV2YWx1ZRgCIAEoCVIFdmFsdWU6AjgBImYKDkxpc3RWQVJlc3BvbnNlElQKDnZpcnR1YWxfYWdlbnRz" +
      "GAEgAygLMi0uY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLlZpcnR1YWxBZ2VudEluZm9SDXZpcnR1YWxBZ2VudHMiygIKC091" +
      "dHB1dEV2ZW50ElEKCmV2ZW50X3R5cGUYASABKA4yMi5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuT3V0cHV0RXZlbnQuRXZl" +
      "bnRUeXBlUglldmVudFR5cGUSEgoEbmFtZRgCIAEoCVIEbmFtZRIzCghtZXRhZGF0YRgDIAEoCzIXLmdvb2dsZS5wcm90b2J1Zi5T" +
      "dHJ1Y3RSCG1ldGFkYXRhIp4BCglFdmVudFR5cGUSFQoRVU5TUEVDSUZJRURfRVZFTlQQABIPCgtTRVNTSU9OX0VORBABEhUKEVRS" +
      "QU5TRkVSX1RPX0FHRU5UEAISEAoMQ1VTVE9NX0VWRU5UEAMSEgoOU1RBUlRfT0ZfSU5QVVQQBBIQCgxFTkRfT0ZfSU5QVVQQBRIM" +
      "CghOT19NQVRDSBAGEgwKCE5PX0lOUFVUEAcipgIKCkV2ZW50SW5wdXQSUAoKZXZlbnRfdHlwZRgBIAEoDjIxLmNvbS5jaXNjby53" +
      "Y2MuY2NhaS5tZWRpYS52MS5FdmVudElucHV0LkV2ZW50VHlwZVIJZXZlbnRUeXBlEhIKBG5hbWUYAiABKAlSBG5hbWUSNwoKcGFy" +
      "YW1ldGVycxgDIAEoCzIXLmdvb2dsZS5wcm90b2J1Zi5TdHJ1Y3RSCnBhcmFtZXRlcnMieQoJRXZlbnRUeXBlEhUKEVVOU1BFQ0lG" +
      "SUVEX0lOUFVUEAASEQoNU0VTU0lPTl9TVEFSVBABEg8KC1NFU1NJT05fRU5EEAISDAoITk9fSU5QVVQQAxIRCg1TVEFSVF9PRl9E" +
      "VE1GEAQSEAoMQ1VTVE9NX0VWRU5UEAViBnByb3RvMw==",
  },
  "google/protobuf/struct.proto": {
    symbols: [
      "google.protobuf.Struct",
      "google.protobuf.Value",
      "google.protobuf.NullValue",
      "google.protobuf.ListValue",
    ],
    services: [],
    imports: [],
    base64:
      "Chxnb29nbGUvcHJvdG9idWYvc3RydWN0LnByb3RvEg9nb29nbGUucHJvdG9idWYimAEKBlN0cnVjdBI7CgZmaWVsZHMYASADKAsy" +
      "Iy5nb29nbGUucHJvdG9idWYuU3RydWN0LkZpZWxkc0VudHJ5UgZmaWVsZHMaUQoLRmllbGRzRW50cnkSEAoDa2V5GAEgASgJUgNr" +
      "ZXkSLAoFdmFsdWUYAiABKAsyFi5nb29nbGUucHJvdG9idWYuVmFsdWVSBXZhbHVlOgI4ASKyAgoFVmFsdWUSOwoKbnVsbF92YWx1" +
      "ZRgBIAEoDjIaLmdvb2dsZS5wcm90b2J1Zi5OdWxsVmFsdWVIAFIJbnVsbFZhbHVlEiMKDG51bWJlcl92YWx1ZRgCIAEoAUgAUgtu" +
      "dW1iZXJWYWx1ZRIjCgxzdHJpbmdfdmFsdWUYAyABKAlIAFILc3RyaW5nVmFsdWUSHwoKYm9vbF92YWx1ZRgEIAEoCEgAUglib29s" +
      "VmFsdWUSPAoMc3RydWN0X3ZhbHVlGAUgASgLMhcuZ29vZ2xlLnByb3RvYnVmLlN0cnVjdEgAUgtzdHJ1Y3RWYWx1ZRI7CgpsaXN0" +
      "X3ZhbHVlGAYgASgLMhouZ29vZ2xlLnByb3RvYnVmLkxpc3RWYWx1ZUgAUglsaXN0VmFsdWVCBgoEa2luZCobCglOdWxsVmFsdWUS" +
      "DgoKTlVMTF9WQUxVRRAAIjsKCUxpc3RWYWx1ZRIuCgZ2YWx1ZXMYASADKAsyFi5nb29nbGUucHJvdG9idWYuVmFsdWVSBnZhbHVl" +
      "c2IGcHJvdG8z",
  },
  "google/protobuf/timestamp.proto": {
    symbols: [
      "google.protobuf.Timestamp",
    ],
    services: [],
    imports: [],
    base64:
      "Ch9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvEg9nb29nbGUucHJvdG9idWYiOwoJVGltZXN0YW1wEhgKB3NlY29uZHMY" +
      "ASABKANSB3NlY29uZHMSFAoFbmFub3MYAiABKAVSBW5hbm9zYgZwcm90bzM=",
  },
  "health.proto": {
    symbols: [
      "grpc.health.v1.HealthCheckRequest",
      "grpc.health.v1.HealthCheckResponse",
      "grpc.health.v1.HealthCheckResponse.ServingStatus",
      "grpc.health.v1.HealthListRequest",
      "grpc.health.v1.HealthListResponse",
      "grpc.health.v1.Health",
      "grpc.health.v1.Health.Check",
      "grpc.health.v1.Health.List",
      "grpc.health.v1.Health.Watch",
    ],
    services: [
      "grpc.health.v1.Health",
    ],
    imports: [],
    base64:
      "CgxoZWFsdGgucHJvdG8SDmdycGMuaGVhbHRoLnYxIi4KEkhlYWx0aENoZWNrUmVxdWVzdBIYCgdzZXJ2aWNlGAEgASgJUgdzZXJ2" +
      "aWNlIrEBChNIZWFsdGhDaGVja1Jlc3BvbnNlEkkKBnN0YXR1cxgBIAEoDjIxLmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVz" +
      "cG9uc2UuU2VydmluZ1N0YXR1c1IGc3RhdHVzIk8KDVNlcnZpbmdTdGF0dXMSCwoHVU5LTk9XThAAEgsKB1NFUlZJTkcQARIPCgtO" +
      "T1RfU0VSVklORxACEhMKD1NFUlZJQ0VfVU5LTk9XThADIhMKEUhlYWx0aExpc3RSZXF1ZXN0IsQBChJIZWFsdGhMaXN0UmVzcG9u" +
      "c2USTAoIc3RhdHVzZXMYASADKAsyMC5ncnBjLmhlYWx0aC52MS5IZWFsdGhMaXN0UmVzcG9uc2UuU3RhdHVzZXNFbnRyeVIIc3Rh" +
      "dHVzZXMaYAoNU3RhdHVzZXNFbnRyeRIQCgNrZXkYASABKAlSA2tleRI5CgV2YWx1ZRgCIAEoCzIjLmdycGMuaGVhbHRoLnYxLkhl" +
      "YWx0aENoZWNrUmVzcG9uc2VSBXZhbHVlOgI4ATL9AQoGSGVhbHRoElAKBUNoZWNrEiIuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hl" +
      "Y2tSZXF1ZXN0GiMuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tSZXNwb25zZRJNCgRMaXN0EiEuZ3JwYy5oZWFsdGgudjEuSGVh" +
      "bHRoTGlzdFJlcXVlc3QaIi5ncnBjLmhlYWx0aC52MS5IZWFsdGhMaXN0UmVzcG9uc2USUgoFV2F0Y2gSIi5ncnBjLmhlYWx0aC52" +
      "MS5IZWFsdGhDaGVja1JlcXVlc3QaIy5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1Jlc3BvbnNlMAFiBnByb3RvMw==",
  },
  "reflection.proto": {
    symbols: [
      "grpc.reflection.v1.ServerReflectionRequest",
      "grpc.reflection.v1.ExtensionRequest",
      "grpc.reflection.v1.ServerReflectionResponse",
      "grpc.reflection.v1.FileDescriptorResponse",
      "grpc.reflection.v1.ExtensionNumberResponse",
      "grpc.reflection.v1.ListServiceResponse",
      "grpc.reflection.v1.ServiceResponse",
      "grpc.reflection.v1.ErrorResponse",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1.ServerReflection.ServerReflectionInfo",
    ],
    services: [
      "grpc.reflection.v1.ServerReflection",
    ],
    imports: [],
    base64:
      "ChByZWZsZWN0aW9uLnByb3RvEhJncnBjLnJlZmxlY3Rpb24udjEi8wIKF1NlcnZlclJlZmxlY3Rpb25SZXF1ZXN0EhIKBGhvc3QY" +
      "ASABKAlSBGhvc3QSKgoQZmlsZV9ieV9maWxlbmFtZRgDIAEoCUgAUg5maWxlQnlGaWxlbmFtZRI2ChZmaWxlX2NvbnRhaW5pbmdf" +
      "c3ltYm9sGAQgASgJSABSFGZpbGVDb250YWluaW5nU3ltYm9sEmIKGWZpbGVfY29udGFpbmluZ19leHRlbnNpb24YBSABKAsyJC5n" +
      "cnBjLnJlZmxlY3Rpb24udjEuRXh0ZW5zaW9uUmVxdWVzdEgAUhdmaWxlQ29udGFpbmluZ0V4dGVuc2lvbhJCCh1hbGxfZXh0ZW5z" +
      "aW9uX251bWJlcnNfb2ZfdHlwZRgGIAEoCUgAUhlhbGxFeHRlbnNpb25OdW1iZXJzT2ZUeXBlEiUKDWxpc3Rfc2VydmljZXMYByAB" +
      "KAlIAFIMbGlzdFNlcnZpY2VzQhEKD21lc3NhZ2VfcmVxdWVzdCJmChBFeHRlbnNpb25SZXF1ZXN0EicKD2NvbnRhaW5pbmdfdHlw" +
      "ZRgBIAEoCVIOY29udGFpbmluZ1R5cGUSKQoQZXh0ZW5zaW9uX251bWJlchgCIAEoBVIPZXh0ZW5zaW9uTnVtYmVyIq4EChhTZXJ2" +
      "ZXJSZWZsZWN0aW9uUmVzcG9uc2USHQoKdmFsaWRfaG9zdBgBIAEoCVIJdmFsaWRIb3N0ElYKEG9yaWdpbmFsX3JlcXVlc3QYAiAB" +
      "KAsyKy5ncnBjLnJlZmxlY3Rpb24udjEuU2VydmVyUmVmbGVjdGlvblJlcXVlc3RSD29yaWdpbmFsUmVxdWVzdBJmChhmaWxlX2Rl" +
      "c2NyaXB0b3JfcmVzcG9uc2UYBCABKAsyKi5ncnBjLnJlZmxlY3Rpb24udjEuRmlsZURlc2NyaXB0b3JSZXNwb25zZUgAUhZmaWxl" +
      "RGVzY3JpcHRvclJlc3BvbnNlEnIKHmFsbF9leHRlbnNpb25fbnVtYmVyc19yZXNwb25zZRgFIAEoCzIrLmdycGMucmVmbGVjdGlv" +
      "bi52MS5FeHRlbnNpb25OdW1iZXJSZXNwb25zZUgAUhthbGxFeHRlbnNpb25OdW1iZXJzUmVzcG9uc2USXwoWbGlzdF9zZXJ2aWNl" +
      "c19yZXNwb25zZRgGIAEoCzInLmdycGMucmVmbGVjdGlvbi52MS5MaXN0U2VydmljZVJlc3BvbnNlSABSFGxpc3RTZXJ2aWNlc1Jl" +
      "c3BvbnNlEkoKDmVycm9yX3Jlc3BvbnNlGAcgASgLMiEuZ3JwYy5yZWZsZWN0aW9uLnYxLkVycm9yUmVzcG9uc2VIAFINZXJyb3JS" +
      "ZXNwb25zZUISChBtZXNzYWdlX3Jlc3BvbnNlIkwKFkZpbGVEZXNjcmlwdG9yUmVzcG9uc2USMgoVZmlsZV9kZXNjcmlwdG9yX3By" +
      "b3RvGAEgAygMUhNmaWxlRGVzY3JpcHRvclByb3RvImoKF0V4dGVuc2lvbk51bWJlclJlc3BvbnNlEiQKDmJhc2VfdHlwZV9uYW1l" +
      "GAEgASgJUgxiYXNlVHlwZU5hbWUSKQoQZXh0ZW5zaW9uX251bWJlchgCIAMoBVIPZXh0ZW5zaW9uTnVtYmVyIlQKE0xpc3RTZXJ2" +
      "aWNlUmVzcG9uc2USPQoHc2VydmljZRgBIAMoCzIjLmdycGMucmVmbGVjdGlvbi52MS5TZXJ2aWNlUmVzcG9uc2VSB3NlcnZpY2Ui" +
      "JQoPU2VydmljZVJlc3BvbnNlEhIKBG5hbWUYASABKAlSBG5hbWUiUwoNRXJyb3JSZXNwb25zZRIdCgplcnJvcl9jb2RlGAEgASgF" +
      "UgllcnJvckNvZGUSIwoNZXJyb3JfbWVzc2FnZRgCIAEoCVIMZXJyb3JNZXNzYWdlMokBChBTZXJ2ZXJSZWZsZWN0aW9uEnUKFFNl" +
      "cnZlclJlZmxlY3Rpb25JbmZvEisuZ3JwYy5yZWZsZWN0aW9uLnYxLlNlcnZlclJlZmxlY3Rpb25SZXF1ZXN0GiwuZ3JwYy5yZWZs" +
      "ZWN0aW9uLnYxLlNlcnZlclJlZmxlY3Rpb25SZXNwb25zZSgBMAFiBnByb3RvMw==",
  },
  "voicevirtualagent.proto": {
    symbols: [
      "com.cisco.wcc.ccai.media.v1.VoiceVARequest",
      "com.cisco.wcc.ccai.media.v1.VoiceInput",
      "com.cisco.wcc.ccai.media.v1.VoiceInput.VoiceEncoding",
      "com.cisco.wcc.ccai.media.v1.VoiceVAResponse",
      "com.cisco.wcc.ccai.media.v1.VoiceVAResponse.ResponseType",
      "com.cisco.wcc.ccai.media.v1.Prompt",
      "com.cisco.wcc.ccai.media.v1.VoiceVAInputMode",
      "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent",
      "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent.ProcessCallerInput",
      "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent.ListVirtualAgents",
    ],
    services: [
      "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent",
    ],
    imports: [
      "byova_common.proto",
      "google/protobuf/timestamp.proto",
    ],
    base64:
      "Chd2b2ljZXZpcnR1YWxhZ2VudC5wcm90bxIbY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxGhJieW92YV9jb21tb24ucHJvdG8a" +
      "H2dvb2dsZS9wcm90b2J1Zi90aW1lc3RhbXAucHJvdG8inwUKDlZvaWNlVkFSZXF1ZXN0EicKD2NvbnZlcnNhdGlvbl9pZBgBIAEo" +
      "CVIOY29udmVyc2F0aW9uSWQSJgoPY3VzdG9tZXJfb3JnX2lkGAIgASgJUg1jdXN0b21lck9yZ0lkEigKEHZpcnR1YWxfYWdlbnRf" +
      "aWQYAyABKAlSDnZpcnR1YWxBZ2VudElkEjYKF2FsbG93X3BhcnRpYWxfcmVzcG9uc2VzGAQgASgIUhVhbGxvd1BhcnRpYWxSZXNw" +
      "b25zZXMSNAoWdmVuZG9yX3NwZWNpZmljX2NvbmZpZxgFIAEoCVIUdmVuZG9yU3BlY2lmaWNDb25maWcSSgoLYXVkaW9faW5wdXQY" +
      "BiABKAsyJy5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuVm9pY2VJbnB1dEgAUgphdWRpb0lucHV0EkgKCmR0bWZfaW5wdXQY" +
      "ByABKAsyJy5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuRFRNRklucHV0c0gAUglkdG1mSW5wdXQSSgoLZXZlbnRfaW5wdXQY" +
      "CCABKAsyJy5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuRXZlbnRJbnB1dEgAUgpldmVudElucHV0EmgKD2FkZGl0aW9uYWxf" +
      "aW5mbxgJIAMoCzI/LmNvbS5jaXNjby53Y2MuY2NhaS5tZWRpYS52MS5Wb2ljZVZBUmVxdWVzdC5BZGRpdGlvbmFsSW5mb0VudHJ5" +
      "Ug5hZGRpdGlvbmFsSW5mbxpBChNBZGRpdGlvbmFsSW5mb0VudHJ5EhAKA2tleRgBIAEoCVIDa2V5EhQKBXZhbHVlGAIgASgJUgV2" +
      "YWx1ZToCOAFCFQoTdm9pY2VfdmFfaW5wdXRfdHlwZSKpAwoKVm9pY2VJbnB1dBIhCgxjYWxsZXJfYXVkaW8YASABKAxSC2NhbGxl" +
      "ckF1ZGlvElEKCGVuY29kaW5nGAIgASgOMjUuY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLlZvaWNlSW5wdXQuVm9pY2VFbmNv" +
      "ZGluZ1IIZW5jb2RpbmcSKgoRc2FtcGxlX3JhdGVfaGVydHoYAyABKAVSD3NhbXBsZVJhdGVIZXJ0ehJDCg9hdWRpb190aW1lc3Rh" +
      "bXAYBCABKAsyGi5nb29nbGUucHJvdG9idWYuVGltZXN0YW1wUg5hdWRpb1RpbWVzdGFtcBIjCg1sYW5ndWFnZV9jb2RlGAUgASgJ" +
      "UgxsYW5ndWFnZUNvZGUSLgoTaXNfc2luZ2xlX3V0dGVyYW5jZRgGIAEoCFIRaXNTaW5nbGVVdHRlcmFuY2UiXwoNVm9pY2VFbmNv" +
      "ZGluZxIWChJVTlNQRUNJRklFRF9GT1JNQVQQABITCg9MSU5FQVIxNl9GT1JNQVQQARIQCgxNVUxBV19GT1JNQVQQAhIPCgtBTEFX" +
      "X0ZPUk1BVBADIrsFCg9Wb2ljZVZBUmVzcG9uc2USPQoHcHJvbXB0cxgBIAMoCzIjLmNvbS5jaXNjby53Y2MuY2NhaS5tZWRpYS52" +
      "MS5Qcm9tcHRSB3Byb21wdHMSTQoNb3V0cHV0X2V2ZW50cxgCIAMoCzIoLmNvbS5jaXNjby53Y2MuY2NhaS5tZWRpYS52MS5PdXRw" +
      "dXRFdmVudFIMb3V0cHV0RXZlbnRzEicKD2lucHV0X3NlbnNpdGl2ZRgDIAEoCFIOaW5wdXRTZW5zaXRpdmUSTAoKaW5wdXRfbW9k" +
      "ZRgEIAEoDjItLmNvbS5jaXNjby53Y2MuY2NhaS5tZWRpYS52MS5Wb2ljZVZBSW5wdXRNb2RlUglpbnB1dE1vZGUSZAoVaW5wdXRf" +
      "aGFuZGxpbmdfY29uZmlnGAUgASgLMjAuY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLklucHV0SGFuZGxpbmdDb25maWdSE2lu" +
      "cHV0SGFuZGxpbmdDb25maWcSVwoSc2Vzc2lvbl90cmFuc2NyaXB0GAYgASgLMiguY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYx" +
      "LlRleHRDb250ZW50UhFzZXNzaW9uVHJhbnNjcmlwdBJRCg9zZXNzaW9uX3N1bW1hcnkYByABKAsyKC5jb20uY2lzY28ud2NjLmNj" +
      "YWkubWVkaWEudjEuVGV4dENvbnRlbnRSDnNlc3Npb25TdW1tYXJ5El4KDXJlc3BvbnNlX3R5cGUYCCABKA4yOS5jb20uY2lzY28u" +
      "d2NjLmNjYWkubWVkaWEudjEuVm9pY2VWQVJlc3BvbnNlLlJlc3BvbnNlVHlwZVIMcmVzcG9uc2VUeXBlIjEKDFJlc3BvbnNlVHlw" +
      "ZRIJCgVGSU5BTBAAEgsKB1BBUlRJQUwQARIJCgVDSFVOSxACIo0BCgZQcm9tcHQSEgoEdGV4dBgBIAEoCVIEdGV4dBIbCglhdWRp" +
      "b191cmkYAiABKAlSCGF1ZGlvVXJpEiMKDWF1ZGlvX2NvbnRlbnQYAyABKAxSDGF1ZGlvQ29udGVudBItChNpc19iYXJnZV9pbl9l" +
      "bmFibGVkGAQgASgIUhBpc0JhcmdlSW5FbmFibGVkKnEKEFZvaWNlVkFJbnB1dE1vZGUSIAocSU5QVVRfVk9JQ0VfTU9ERV9VTlNQ" +
      "RUNJRklFRBAAEg8KC0lOUFVUX1ZPSUNFEAESFAoQSU5QVVRfRVZFTlRfRFRNRhACEhQKEElOUFVUX1ZPSUNFX0RUTUYQAzL2AQoR" +
      "Vm9pY2VWaXJ0dWFsQWdlbnQScwoSUHJvY2Vzc0NhbGxlcklucHV0EisuY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLlZvaWNl" +
      "VkFSZXF1ZXN0GiwuY29tLmNpc2NvLndjYy5jY2FpLm1lZGlhLnYxLlZvaWNlVkFSZXNwb25zZSgBMAESbAoRTGlzdFZpcnR1YWxB" +
      "Z2VudHMSKi5jb20uY2lzY28ud2NjLmNjYWkubWVkaWEudjEuTGlzdFZBUmVxdWVzdBorLmNvbS5jaXNjby53Y2MuY2NhaS5tZWRp" +
      "YS52MS5MaXN0VkFSZXNwb25zZWIGcHJvdG8z",
  },
} as const;
