export type {
  FailureReason,
  OriginGauges,
  OriginMetrics,
  ServedMetrics,
  ServerGauges,
} from './metrics/observer.ts';
export { type PrometheusMetrics, type PrometheusOptions, prometheusMetrics } from './metrics/prometheus.ts';
