CREATE DATABASE openrecp_log;
CREATE DATABASE openrecp_gateway;
CREATE DATABASE openrecp_clients;
CREATE DATABASE openrecp_matching;
CREATE DATABASE openrecp_assessments;
CREATE DATABASE openrecp_training;
CREATE DATABASE openrecp_impact;
CREATE DATABASE openrecp_exchange;
